# tests of rules
