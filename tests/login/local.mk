# tests of login
