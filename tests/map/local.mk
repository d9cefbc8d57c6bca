# tests of map
