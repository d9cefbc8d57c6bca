# nss
