# tests of nss
