//! Metrics as OTLP has them (OpenTelemetry protocol 1.x, `metrics.proto`): cumulative, with exemplars.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1 as proto;
use opentelemetry_proto::tonic::metrics::v1::exemplar::Value as ExemplarValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as NumberValue;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::exemplar::Exemplar;
use super::snapshot::{Family, Kind, Labels, Point, Sample};

/// Who sends metrics, and since when they are counted.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// `service.name`.
    pub(super) service: String,
    /// `service.instance.id`: another one for each process, so that what two of them count is not taken for one.
    pub(super) instance: String,
    /// For what is counted since the process began.
    pub(super) begin_unix_ns: u64,
}

/// Everything that was measured, as one message. Those of which nothing was measured are left out.
pub(super) fn request(source: &Source, families: &[Family], now_unix_ns: u64) -> ExportMetricsServiceRequest {
    let measured = families.iter().filter(|family| !family.samples.is_empty());
    let metrics = measured.map(|family| metric(source, family, now_unix_ns)).collect();
    let scope = InstrumentationScope { name: "lyceum".to_owned(), ..InstrumentationScope::default() };
    let resource = Resource {
        attributes: vec![
            attribute("service.name", &source.service),
            attribute("service.instance.id", &source.instance),
            attribute("service.version", env!("CARGO_PKG_VERSION")),
        ],
        ..Resource::default()
    };
    let scope_metrics = vec![ScopeMetrics { scope: Some(scope), metrics, schema_url: String::new() }];
    let of_all = ResourceMetrics { resource: Some(resource), scope_metrics, schema_url: String::new() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_all] }
}

/// The names are those of Prometheus without `_total`, which its exporters add.
fn metric(source: &Source, family: &Family, now: u64) -> proto::Metric {
    let numbers = || family.samples.iter().map(|sample| number(source, sample, now)).collect();
    let cumulative = AggregationTemporality::Cumulative.into();
    let data = match family.kind {
        Kind::Counter => {
            Data::Sum(proto::Sum { data_points: numbers(), aggregation_temporality: cumulative, is_monotonic: true })
        }
        Kind::Gauge => Data::Gauge(proto::Gauge { data_points: numbers() }),
        Kind::Histogram => {
            let points = family.samples.iter().map(|sample| distribution(source, sample, now)).collect();
            Data::Histogram(proto::Histogram { data_points: points, aggregation_temporality: cumulative })
        }
    };
    let unit = match family.unit() {
        Some("seconds") => "s",
        Some("bytes") => "By",
        _ => "1",
    };
    proto::Metric {
        name: family.name.strip_suffix("_total").unwrap_or(&family.name).to_owned(),
        description: family.description.clone().into_owned(),
        unit: unit.to_owned(),
        metadata: Vec::new(),
        data: Some(data),
    }
}

fn number(source: &Source, sample: &Sample, now: u64) -> proto::NumberDataPoint {
    let Point::Number(value) = sample.point else { return proto::NumberDataPoint::default() };
    proto::NumberDataPoint {
        attributes: attributes(&sample.labels),
        start_time_unix_nano: since(source, sample),
        time_unix_nano: now,
        value: Some(NumberValue::AsDouble(value)),
        ..proto::NumberDataPoint::default()
    }
}

fn distribution(source: &Source, sample: &Sample, now: u64) -> proto::HistogramDataPoint {
    let Point::Distribution { bounds, counts, sum, exemplars } = &sample.point else {
        return proto::HistogramDataPoint::default();
    };
    proto::HistogramDataPoint {
        attributes: attributes(&sample.labels),
        start_time_unix_nano: since(source, sample),
        time_unix_nano: now,
        count: counts.iter().sum(),
        sum: Some(*sum),
        bucket_counts: counts.clone(),
        explicit_bounds: bounds.to_vec(),
        exemplars: exemplars.iter().flatten().map(exemplar).collect(),
        ..proto::HistogramDataPoint::default()
    }
}

fn exemplar(exemplar: &Exemplar) -> proto::Exemplar {
    proto::Exemplar {
        time_unix_nano: exemplar.at_unix_ns,
        trace_id: exemplar.trace_id.bytes().to_vec(),
        value: Some(ExemplarValue::AsDouble(exemplar.value)),
        ..proto::Exemplar::default()
    }
}

fn since(source: &Source, sample: &Sample) -> u64 {
    if sample.since_unix_ns == 0 { source.begin_unix_ns } else { sample.since_unix_ns }
}

fn attributes(labels: &Labels) -> Vec<KeyValue> {
    labels.iter().map(|(label, value)| attribute(label, value)).collect()
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

#[cfg(test)]
mod tests {
    use ::metrics::{counter, gauge, histogram, with_local_recorder};

    use super::*;
    use crate::TraceId;
    use crate::metrics::{Registry, with_trace};

    #[test]
    fn what_was_measured_is_cumulative_and_has_exemplars() {
        let registry = Registry::new();
        let trace = TraceId::new([9; 16]);
        with_local_recorder(&registry, || {
            counter!("asked_total", "subgraph" => "media").increment(3);
            gauge!("open").set(2.5);
            with_trace(trace, || histogram!("wait_seconds").record(0.07));
            histogram!("wait_seconds").record(3.0);
        });
        let source = Source { service: "router".to_owned(), instance: "one".to_owned(), begin_unix_ns: 5 };
        let mut sent = request(&source, &registry.snapshot(), 1_000);
        let resource = sent.resource_metrics.remove(0);
        assert_eq!(resource.resource.unwrap().attributes[0], attribute("service.name", "router"));
        let metrics = &resource.scope_metrics[0].metrics;
        let named: Vec<_> = metrics.iter().map(|metric| (metric.name.as_str(), metric.unit.as_str())).collect();
        assert_eq!(named, [("asked", "1"), ("open", "1"), ("wait_seconds", "s")]);
        let Some(Data::Sum(sum)) = &metrics[0].data else { panic!("no sum") };
        assert!(sum.is_monotonic && sum.aggregation_temporality == AggregationTemporality::Cumulative as i32);
        assert_eq!(sum.data_points[0].value, Some(NumberValue::AsDouble(3.0)));
        assert_eq!(sum.data_points[0].attributes, [attribute("subgraph", "media")]);
        assert!(sum.data_points[0].start_time_unix_nano > 5);
        let Some(Data::Histogram(histogram)) = &metrics[2].data else { panic!("no histogram") };
        let point = &histogram.data_points[0];
        assert_eq!((point.count, point.bucket_counts.len()), (2, point.explicit_bounds.len() + 1));
        assert_eq!(point.exemplars.len(), 1);
        assert_eq!(point.exemplars[0].trace_id, trace.unwrap().bytes());
    }
}
