# tests of identity
