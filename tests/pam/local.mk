# tests of pam
