//! How far one looks back, and in which steps.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A window that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// Five minutes.
    FiveMinutes,
    /// Fifteen minutes.
    #[default]
    FifteenMinutes,
    /// One hour.
    Hour,
    /// Six hours.
    SixHours,
    /// One day.
    Day,
    /// Seven days.
    Week,
}

/// All windows, the shortest first.
pub const WINDOWS: [Window; 6] =
    [Window::FiveMinutes, Window::FifteenMinutes, Window::Hour, Window::SixHours, Window::Day, Window::Week];

/// A text that names no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoWindow;

impl fmt::Display for NoWindow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a window is one of ")?;
        for (index, window) in WINDOWS.iter().enumerate() {
            write!(formatter, "{}{}", if index == 0 { "" } else { ", " }, window.name())?;
        }
        Ok(())
    }
}

impl std::error::Error for NoWindow {}

impl Window {
    /// As it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FiveMinutes => "5m",
            Self::FifteenMinutes => "15m",
            Self::Hour => "1h",
            Self::SixHours => "6h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// How long it is.
    #[must_use]
    pub fn seconds(self) -> u64 {
        match self {
            Self::FiveMinutes => 300,
            Self::FifteenMinutes => 900,
            Self::Hour => 3_600,
            Self::SixHours => 6 * 3_600,
            Self::Day => 24 * 3_600,
            Self::Week => 7 * 24 * 3_600,
        }
    }

    /// How far apart its points are: it has between 60 and 100 of them.
    #[must_use]
    pub fn step_seconds(self) -> u64 {
        match self {
            Self::FiveMinutes => 5,
            Self::FifteenMinutes => 15,
            Self::Hour => 60,
            Self::SixHours => 300,
            Self::Day => 900,
            Self::Week => 7_200,
        }
    }

    /// How many points it has.
    #[must_use]
    pub fn steps(self) -> u64 {
        self.seconds() / self.step_seconds()
    }
}

impl FromStr for Window {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Self, NoWindow> {
        WINDOWS.into_iter().find(|window| window.name() == text).ok_or(NoWindow)
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// When a window begins, and where its points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// The first point, in seconds since 1970: a multiple of the step.
    pub begin_s: u64,
    /// The end of the last point: the next multiple after now.
    pub end_s: u64,
    /// How far apart the points are.
    pub step_s: u64,
}

impl Steps {
    /// The window as it is now.
    #[must_use]
    pub fn of(window: Window, now_s: u64) -> Self {
        let step_s = window.step_seconds();
        let end_s = (now_s / step_s + 1) * step_s;
        Self { begin_s: end_s.saturating_sub(window.seconds()), end_s, step_s }
    }

    /// The point of a moment within it.
    #[must_use]
    pub fn place(&self, at_s: u64) -> Option<usize> {
        if at_s < self.begin_s || at_s >= self.end_s {
            return None;
        }
        usize::try_from((at_s - self.begin_s) / self.step_s).ok()
    }

    /// How many points it has.
    #[must_use]
    pub fn places(&self) -> usize {
        usize::try_from((self.end_s - self.begin_s) / self.step_s).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Steps, WINDOWS, Window};

    #[test]
    fn a_window_is_named_as_it_is_asked_for_and_its_points_fit() {
        for window in WINDOWS {
            assert_eq!(window.name().parse::<Window>(), Ok(window));
            assert_eq!(window.seconds() % window.step_seconds(), 0);
            assert!((30..=120).contains(&window.steps()), "{window:?}");
            let steps = Steps::of(window, 1_790_000_003);
            assert_eq!(steps.places() as u64, window.steps());
            assert_eq!(steps.place(1_790_000_003), Some(steps.places() - 1), "now is in the last point");
            assert_eq!((steps.place(steps.end_s), steps.place(steps.begin_s)), (None, Some(0)));
        }
        assert_eq!("2h".parse::<Window>().unwrap_err().to_string(), "a window is one of 5m, 15m, 1h, 6h, 24h, 7d");
    }
}
