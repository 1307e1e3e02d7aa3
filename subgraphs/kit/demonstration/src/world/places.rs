//! Where people live: 25 Korean cities with their cells of the national 5 km weather grid.

use serde::Serialize;

/// A cell of the Korea Meteorological Administration's Lambert conformal grid (domain.md 3.1, `setHomeLocation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GridPoint {
    /// Column, counted eastwards.
    pub nx: i32,
    /// Row, counted northwards.
    pub ny: i32,
}

/// A city, with a weather station of its own where the profile has that many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct City {
    /// The romanised name.
    pub name: &'static str,
    /// The Korean name.
    pub korean_name: &'static str,
    /// The cell of the city hall.
    pub grid: GridPoint,
    /// Inhabitants in units of 100,000, roughly: how often it is someone's home.
    pub weight: u64,
}

/// The cities, most populous ones first, so that a small profile keeps the best known.
pub const CITIES: [City; 25] = [
    city("Seoul", "서울", 60, 127, 94),
    city("Busan", "부산", 98, 76, 33),
    city("Incheon", "인천", 55, 124, 30),
    city("Daegu", "대구", 89, 91, 24),
    city("Daejeon", "대전", 67, 100, 14),
    city("Gwangju", "광주", 58, 74, 14),
    city("Suwon", "수원", 61, 120, 12),
    city("Ulsan", "울산", 102, 84, 11),
    city("Yongin", "용인", 63, 120, 11),
    city("Goyang", "고양", 57, 129, 11),
    city("Changwon", "창원", 91, 77, 10),
    city("Seongnam", "성남", 62, 124, 9),
    city("Cheongju", "청주", 69, 107, 9),
    city("Jeonju", "전주", 63, 89, 7),
    city("Cheonan", "천안", 62, 110, 7),
    city("Jeju", "제주", 53, 38, 5),
    city("Pohang", "포항", 102, 94, 5),
    city("Sejong", "세종", 66, 103, 4),
    city("Wonju", "원주", 76, 122, 4),
    city("Chuncheon", "춘천", 73, 134, 3),
    city("Gangneung", "강릉", 92, 132, 2),
    city("Mokpo", "목포", 50, 67, 2),
    city("Yeosu", "여수", 73, 66, 3),
    city("Andong", "안동", 91, 106, 2),
    city("Sokcho", "속초", 87, 141, 1),
];

const fn city(name: &'static str, korean_name: &'static str, nx: i32, ny: i32, weight: u64) -> City {
    City { name, korean_name, grid: GridPoint { nx, ny }, weight }
}
