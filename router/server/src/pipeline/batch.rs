//! Several operations in one request, each of which goes its own way: it is counted, found, authorised, reckoned and
//! answered as if it had come alone (OW-13, OW-15). What becomes of one changes nothing for the others.

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, Response, StatusCode};
use serde_json::json;

use super::Accepted;
use super::operation::{Asker, Executable, Permitted};
use crate::admission::Parameters;
use crate::authorization::require_viewer;
use crate::caching::{Executed, ReplyCaching, write_headers};
use crate::clients::Noted;
use crate::rates::AskedOperation;
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::reply;
use crate::telemetry::Stage;

/// One of the operations.
struct Step<'r> {
    outcome: Outcome<'r>,
    noted: Noted,
}

/// What becomes of one operation: its answer is there, or it is still to be executed.
enum Outcome<'r> {
    Answered(Bytes),
    Executable(Executable<'r>),
}

/// Answers with a list of replies, in the order of the operations.
///
/// # Errors
/// When the client reads no list, or everybody here has to have a token.
pub(super) async fn answer(
    asker: &Asker<'_>,
    several: Vec<Result<Parameters, Refusal>>,
    accepted: Accepted,
) -> Result<Response<Body>, Refusal> {
    let Accepted::Whole(media_type) = accepted else {
        return Err(Refusal::http(
            StatusCode::NOT_ACCEPTABLE,
            "A list of operations is answered by a list; accept application/json.",
        ));
    };
    // Whatever is wrong with them, they have been asked.
    let counted = several.into_iter().map(|parameters| Ok((asker.ask()?, parameters?)));
    let counted: Vec<Result<_, Refusal>> = counted.collect();
    require_viewer(&asker.pipeline.settings.authorization, &asker.viewer)?;
    let (mut steps, left) = permit_all(asker, counted).await;
    let is_ordered =
        steps.iter().any(|step| matches!(&step.outcome, Outcome::Executable(permitted) if permitted.is_mutation()));
    let waiting = steps.iter_mut().map(|step| finish(asker, step));
    let finished = if is_ordered { one_by_one(waiting).await } else { join_all(waiting).await };
    let caching =
        finished.iter().map(|(_, caching)| *caching).reduce(ReplyCaching::and).unwrap_or(ReplyCaching::none());
    let bodies: Vec<&[u8]> = finished.iter().map(|(body, _)| &**body).collect();
    let body = Bytes::from([b"[", bodies.join(&b","[..]).as_slice(), b"]"].concat());
    let mut reply = Stage::Projection.run(&asker.recorder, async { reply::of_batch(body.clone(), media_type) }).await;
    for step in &steps {
        if let Outcome::Executable(permitted) = &step.outcome {
            permitted.forward_headers(reply.headers_mut());
        }
    }
    reply.headers_mut().extend(left);
    Ok(write_headers(reply, &body, caching, 0, None))
}

/// Finds out what becomes of each operation, and what is left to the caller after the last one that says it.
async fn permit_all<'r>(
    asker: &'r Asker<'_>,
    operations: Vec<Result<(AskedOperation<'_>, Parameters), Refusal>>,
) -> (Vec<Step<'r>>, HeaderMap) {
    let mut left = HeaderMap::new();
    let mut steps = Vec::with_capacity(operations.len());
    // One after the other, so that of a bucket that is nearly empty the first get what is left.
    for operation in operations {
        let mut noted = Noted::new(asker.recorder.operation());
        noted.viewer(asker.endpoint, &asker.viewer, &asker.pipeline.tracer);
        let outcome = match operation {
            Ok((asked, parameters)) => permit(asker, asked, parameters, &mut noted).await,
            Err(refusal) => Err(refusal),
        };
        let mut told = HeaderMap::new();
        let outcome = match outcome {
            Ok(outcome) => {
                if let Outcome::Executable(permitted) = &outcome {
                    permitted.allowance().write_to_reply(&mut told);
                }
                outcome
            }
            Err(refusal) => {
                noted.count_refused(&asker.pipeline.usage, asker.endpoint, &refusal);
                noted.measure();
                told.extend(refusal.headers.iter().cloned());
                Outcome::Answered(refused(refusal, asker).into())
            }
        };
        steps.push(Step { outcome, noted });
        if !told.is_empty() {
            left = told;
        }
    }
    (steps, left)
}

async fn permit<'r>(
    asker: &'r Asker<'_>,
    asked: AskedOperation<'_>,
    parameters: Parameters,
    noted: &mut Noted,
) -> Result<Outcome<'r>, Refusal> {
    match asker.permit(asked, parameters, noted).await? {
        Permitted::Executable(permitted) => Ok(Outcome::Executable(permitted)),
        Permitted::Foretold(reply) => Ok(Outcome::Answered(reply.to_bytes())),
        Permitted::Subscription(_) => Err(Refusal::new(
            RefusalClass::Operation,
            ErrorCode::BadUserInput,
            "A subscription is answered by a stream; send it in a request of its own.",
        )),
    }
}

async fn finish(asker: &Asker<'_>, step: &mut Step<'_>) -> (Bytes, ReplyCaching) {
    let finished = match &step.outcome {
        Outcome::Answered(answer) => (answer.clone(), ReplyCaching::none()),
        Outcome::Executable(permitted) => {
            let Executed { reply, caching } = asker.execute(permitted).await;
            step.noted.executed(!reply.errors.is_empty());
            (reply.to_bytes(), caching)
        }
    };
    step.noted.recorder.operation_ended(finished.0.len());
    step.noted.count_answered(&asker.pipeline.usage);
    step.noted.measure();
    finished
}

/// A mutation may change what the next operation reads.
async fn one_by_one<T>(waiting: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut finished = Vec::new();
    for next in waiting {
        finished.push(next.await);
    }
    finished
}

fn refused(refusal: Refusal, asker: &Asker<'_>) -> Vec<u8> {
    json!({ "errors": refusal.traced(&asker.trace.trace_id).errors }).to_string().into_bytes()
}
