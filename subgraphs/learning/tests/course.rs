mod editing;
mod instructors;
