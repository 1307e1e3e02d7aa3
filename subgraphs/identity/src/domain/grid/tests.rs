use std::f64::consts::FRAC_PI_2;

use proptest::prelude::*;

use super::{COLUMNS, Cone, GridCell, GridFault, ORIGIN_COLUMN, ORIGIN_LATITUDE, ORIGIN_LONGITUDE, ORIGIN_ROW, ROWS};

/// The place of a point of the plane: the projection the other way round.
fn place(column: f64, row: f64) -> (f64, f64) {
    let cone = Cone::of_the_grid();
    let (east, south) = (column - ORIGIN_COLUMN, cone.radius(ORIGIN_LATITUDE.to_radians()) - (row - ORIGIN_ROW));
    let latitude = 2.0 * (cone.scale / east.hypot(south)).powf(1.0 / cone.constant).atan() - FRAC_PI_2;
    (latitude.to_degrees(), ORIGIN_LONGITUDE + (east.atan2(south) / cone.constant).to_degrees())
}

/// As the Korea Meteorological Administration lists them.
#[test]
fn cities_have_the_cells_that_are_listed() {
    let listed = [
        ((37.5665, 126.9780), (60, 127)),
        ((35.1796, 129.0756), (98, 76)),
        ((33.4996, 126.5312), (53, 38)),
        ((35.8714, 128.6014), (89, 91)),
        ((36.3504, 127.3845), (67, 100)),
    ];
    for ((latitude, longitude), (nx, ny)) in listed {
        assert_eq!(GridCell::at(latitude, longitude), Ok(GridCell { nx, ny }), "{latitude}, {longitude}");
    }
}

#[test]
fn what_is_not_in_the_grid_has_no_cell() {
    let outside = [
        ((35.6762, 139.6503), GridFault::Longitude),
        ((39.9042, 116.4074), GridFault::Longitude),
        ((25.0330, 126.0), GridFault::Latitude),
        ((48.0, 126.0), GridFault::Latitude),
        ((90.0, 126.0), GridFault::Latitude),
        ((-90.0, 126.0), GridFault::Longitude),
        ((91.0, 126.0), GridFault::Latitude),
        ((37.5, 181.0), GridFault::Longitude),
        ((37.5, -180.0), GridFault::Longitude),
        ((f64::NAN, 126.0), GridFault::Latitude),
        ((37.5, f64::INFINITY), GridFault::Longitude),
    ];
    for ((latitude, longitude), fault) in outside {
        assert_eq!(GridCell::at(latitude, longitude), Err(fault), "{latitude}, {longitude}");
    }
}

proptest! {
    /// Domain 3.1: every point of a cell, but for its very edge, is of that cell.
    #[test]
    fn every_point_of_a_cell_is_of_that_cell(
        nx in 1..=COLUMNS, ny in 1..=ROWS, east in -0.499..0.499_f64, north in -0.499..0.499_f64,
    ) {
        let (latitude, longitude) = place(f64::from(nx) + east, f64::from(ny) + north);
        prop_assert_eq!(GridCell::at(latitude, longitude), Ok(GridCell { nx, ny }));
    }

    /// Whatever is asked, the answer is a cell of the grid or none.
    #[test]
    fn no_cell_is_outside_of_the_grid(latitude in -90.0..=90.0_f64, longitude in -180.0..=180.0_f64) {
        if let Ok(GridCell { nx, ny }) = GridCell::at(latitude, longitude) {
            prop_assert!((1..=COLUMNS).contains(&nx) && (1..=ROWS).contains(&ny));
        }
    }
}
