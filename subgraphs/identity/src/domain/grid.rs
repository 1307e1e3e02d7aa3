//! Where people live, as cells of the national weather grid (domain.md 3.1).

#[cfg(test)]
mod tests;

use std::f64::consts::{FRAC_PI_4, PI};

/// Radius of the earth, in kilometres, as the Korea Meteorological Administration has it; so all that follows.
const EARTH_RADIUS_KM: f64 = 6_371.008_77;
/// Side of a cell, in kilometres.
const CELL_KM: f64 = 5.0;
/// The two latitudes at which the cone meets the earth, in degrees.
const STANDARD_LATITUDES: (f64, f64) = (30.0, 60.0);
/// The point that the grid is drawn around, in degrees, and its cell.
const ORIGIN_LATITUDE: f64 = 38.0;
const ORIGIN_LONGITUDE: f64 = 126.0;
const ORIGIN_COLUMN: f64 = 43.0;
const ORIGIN_ROW: f64 = 136.0;
/// The grid's last column and row.
const COLUMNS: i32 = 149;
const ROWS: i32 = 253;

/// A cell of the grid: 5 km by 5 km in Lambert's conformal conic projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GridCell {
    /// Column, from west.
    pub(crate) nx: i32,
    /// Row, from south.
    pub(crate) ny: i32,
}

/// Which coordinate leads out of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GridFault {
    Latitude,
    Longitude,
}

impl GridCell {
    /// The cell of a place, in degrees (WGS 84).
    pub(crate) fn at(latitude: f64, longitude: f64) -> Result<Self, GridFault> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(GridFault::Latitude);
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(GridFault::Longitude);
        }
        let cone = Cone::of_the_grid();
        let radius = cone.radius(latitude.to_radians());
        let turned = (longitude - ORIGIN_LONGITUDE).to_radians();
        let angle = cone.constant * if turned < -PI { turned + 2.0 * PI } else { turned };
        let column = nearest(radius * angle.sin() + ORIGIN_COLUMN);
        let row = nearest(cone.radius(ORIGIN_LATITUDE.to_radians()) - radius * angle.cos() + ORIGIN_ROW);
        if !(1..=COLUMNS).contains(&column) {
            return Err(GridFault::Longitude);
        }
        if !(1..=ROWS).contains(&row) {
            return Err(GridFault::Latitude);
        }
        Ok(Self { nx: column, ny: row })
    }
}

/// The cone of the projection.
struct Cone {
    /// By how much of the turn of the earth the cone turns.
    constant: f64,
    /// In cells.
    scale: f64,
}

impl Cone {
    fn of_the_grid() -> Self {
        let (first, second) = (STANDARD_LATITUDES.0.to_radians(), STANDARD_LATITUDES.1.to_radians());
        let constant = (first.cos() / second.cos()).ln() / (slope(second) / slope(first)).ln();
        let scale = EARTH_RADIUS_KM / CELL_KM * slope(first).powf(constant) * first.cos() / constant;
        Self { constant, scale }
    }

    /// How far from the tip of the cone a latitude is, in cells.
    fn radius(&self, latitude: f64) -> f64 {
        self.scale / slope(latitude).powf(self.constant)
    }
}

fn slope(latitude: f64) -> f64 {
    (FRAC_PI_4 + latitude / 2.0).tan()
}

/// The nearest whole number. What is beyond all cells becomes a number that is no cell's.
fn nearest(value: f64) -> i32 {
    (value + 0.5).floor() as i32
}
