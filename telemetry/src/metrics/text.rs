//! Metrics as Prometheus reads them: OpenMetrics 1.0 with exemplars, or the text format 0.0.4 without.

use std::fmt::{self, Write};

use super::exemplar::Exemplar;
use super::snapshot::{Family, Kind, Labels, Point};

/// How metrics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OpenMetrics 1.0, which has exemplars.
    OpenMetrics,
    /// Prometheus' text format 0.0.4, which everybody reads.
    Prometheus,
}

/// Metrics, as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The media type.
    pub content_type: &'static str,
    /// The text.
    pub body: String,
}

impl Format {
    /// The format for who sends this `Accept` header: OpenMetrics where it is asked for, by name, and not liked less than
    /// the other.
    #[must_use]
    pub fn accepted(accept: Option<&str>) -> Self {
        let liking = |media_type: &str| {
            let ranges = accept.unwrap_or_default().split(',').filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                parts.next().filter(|name| name.eq_ignore_ascii_case(media_type))?;
                let quality = parts.find_map(|part| part.strip_prefix("q="));
                Some(quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)))
            });
            ranges.fold(0.0, f32::max)
        };
        let open = liking("application/openmetrics-text");
        if open > 0.0 && open >= liking("text/plain") { Self::OpenMetrics } else { Self::Prometheus }
    }

    /// The media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Writes metrics. Of those of which nothing was measured it says what they are.
    #[must_use]
    pub fn render(self, families: &[Family]) -> Rendered {
        let mut text = Text { format: self, body: String::with_capacity(1 << 16) };
        for family in families {
            // A `String` takes whatever is written to it.
            let _ = text.family(family);
        }
        if self == Self::OpenMetrics {
            text.body.push_str("# EOF\n");
        }
        Rendered { content_type: self.content_type(), body: text.body }
    }
}

struct Text {
    format: Format,
    body: String,
}

impl Text {
    fn family(&mut self, family: &Family) -> fmt::Result {
        let (name, counted) = match (self.format, family.kind) {
            // There a counter is named without what each of its lines ends with.
            (Format::OpenMetrics, Kind::Counter) => {
                (family.name.strip_suffix("_total").unwrap_or(&family.name), "_total")
            }
            _ => (&*family.name, ""),
        };
        let text = &mut self.body;
        if !family.description.is_empty() {
            write!(text, "# HELP {name} ")?;
            escaped(text, &family.description, self.format == Format::OpenMetrics)?;
            text.push('\n');
        }
        writeln!(text, "# TYPE {name} {}", family.kind.name())?;
        if let Some(unit) = family.unit().filter(|_| self.format == Format::OpenMetrics) {
            writeln!(text, "# UNIT {name} {unit}")?;
        }
        for sample in &family.samples {
            match &sample.point {
                Point::Number(value) => self.line(name, counted, &sample.labels, None, *value, None)?,
                Point::Distribution { bounds, counts, sum, exemplars } => {
                    let mut count = 0;
                    for (index, in_bucket) in counts.iter().enumerate() {
                        count += in_bucket;
                        let bound = bounds.get(index).copied().unwrap_or(f64::INFINITY);
                        let exemplar = exemplars.get(index).copied().flatten();
                        self.line(name, "_bucket", &sample.labels, Some(bound), to_f64(count), exemplar)?;
                    }
                    self.line(name, "_sum", &sample.labels, None, *sum, None)?;
                    self.line(name, "_count", &sample.labels, None, to_f64(count), None)?;
                }
            }
        }
        Ok(())
    }

    fn line(
        &mut self,
        name: &str,
        suffix: &str,
        labels: &Labels,
        bound: Option<f64>,
        value: f64,
        exemplar: Option<Exemplar>,
    ) -> fmt::Result {
        let text = &mut self.body;
        text.push_str(name);
        text.push_str(suffix);
        let mut mark = '{';
        for (label, value) in labels.iter() {
            write!(text, "{mark}{label}=\"")?;
            escaped(text, value, true)?;
            text.push('"');
            mark = ',';
        }
        if let Some(bound) = bound {
            // In the same words in both formats: whoever changes from one to the other keeps their series.
            write!(text, "{mark}le=\"{}\"", Number { value: bound, has_point: true })?;
            mark = ',';
        }
        if mark == ',' {
            text.push('}');
        }
        write!(text, " {}", Number { value, has_point: false })?;
        if let Some(Exemplar { trace_id, value, at_unix_ns }) = exemplar.filter(|_| self.format == Format::OpenMetrics)
        {
            let (seconds, millis) = (at_unix_ns / 1_000_000_000, at_unix_ns / 1_000_000 % 1_000);
            let value = Number { value, has_point: false };
            write!(text, " # {{trace_id=\"{trace_id}\"}} {value} {seconds}.{millis:03}")?;
        }
        text.push('\n');
        Ok(())
    }
}

/// As both formats write numbers.
struct Number {
    value: f64,
    has_point: bool,
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            value if value.is_nan() => formatter.write_str("NaN"),
            f64::INFINITY => formatter.write_str("+Inf"),
            f64::NEG_INFINITY => formatter.write_str("-Inf"),
            value if self.has_point => write!(formatter, "{value:?}"),
            value => write!(formatter, "{value}"),
        }
    }
}

fn escaped(text: &mut String, value: &str, quotes: bool) -> fmt::Result {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '"' if quotes => text.push_str("\\\""),
            other => text.push(other),
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus counts in floating-point numbers, too")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::TraceId;
    use crate::metrics::snapshot::Sample;

    fn families() -> Vec<Family> {
        let labels: Labels = Arc::new([("path".into(), "a\"b\\c\nd".into())]);
        let exemplar = Exemplar {
            trace_id: TraceId::new([0xab; 16]).unwrap(),
            value: 0.067,
            at_unix_ns: 1_520_879_607_789_999_999,
        };
        let point = Point::Distribution {
            bounds: &[0.1, 1.0],
            counts: vec![2, 0, 1],
            sum: 7.5,
            exemplars: vec![Some(exemplar), None, None],
        };
        let distribution = Sample { labels: Arc::default(), since_unix_ns: 0, point };
        vec![
            Family::new("asked_total", Kind::Counter, "What was \"asked\".", vec![Sample::of(labels, 3.0)]),
            Family::new("unused_total", Kind::Counter, "Never.", Vec::new()),
            Family::of_one("open", Kind::Gauge, "", 0.25),
            Family::new("wait_seconds", Kind::Histogram, "How long.", vec![distribution]),
        ]
    }

    /// OpenMetrics 1.0, "Text format".
    #[test]
    fn open_metrics_has_units_exemplars_and_an_end() {
        let expected = r#"# HELP asked What was \"asked\".
# TYPE asked counter
asked_total{path="a\"b\\c\nd"} 3
# HELP unused Never.
# TYPE unused counter
# TYPE open gauge
open 0.25
# HELP wait_seconds How long.
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{le="0.1"} 2 # {trace_id="abababababababababababababababab"} 0.067 1520879607.789
wait_seconds_bucket{le="1.0"} 2
wait_seconds_bucket{le="+Inf"} 3
wait_seconds_sum 7.5
wait_seconds_count 3
# EOF
"#;
        assert_eq!(Format::OpenMetrics.render(&families()).body, expected);
    }

    #[test]
    fn the_older_format_has_the_same_series() {
        let expected = r#"# HELP asked_total What was "asked".
# TYPE asked_total counter
asked_total{path="a\"b\\c\nd"} 3
# HELP unused_total Never.
# TYPE unused_total counter
# TYPE open gauge
open 0.25
# HELP wait_seconds How long.
# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.1"} 2
wait_seconds_bucket{le="1.0"} 2
wait_seconds_bucket{le="+Inf"} 3
wait_seconds_sum 7.5
wait_seconds_count 3
"#;
        assert_eq!(Format::Prometheus.render(&families()).body, expected);
    }

    #[test]
    fn the_format_is_the_one_that_is_asked_for() {
        let of_prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                             text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(Format::accepted(Some(of_prometheus)), Format::OpenMetrics);
        for plain in [
            None,
            Some("*/*"),
            Some("text/html, text/plain"),
            Some("application/openmetrics-text;q=0"),
            Some("text/plain, application/openmetrics-text;q=0.5"),
        ] {
            assert_eq!(Format::accepted(plain), Format::Prometheus, "{plain:?}");
        }
    }
}
