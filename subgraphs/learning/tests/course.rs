mod editing;
