use super::*;

#[derive(Debug, Default)]
struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now_unix_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed) * 1000
    }
}

const NOW: u64 = 1_790_000_000;

fn sessions(sessions_max: usize) -> (RevokedSessions, Arc<TestClock>) {
    let clock = Arc::new(TestClock(AtomicU64::new(NOW)));
    let mut settings = IssuerSettings::new("issuer", "audience", "identity");
    settings.revocation.sessions_max = sessions_max;
    let sessions = RevokedSessions::new(&settings).with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    (sessions, clock)
}

/// JWT-28, AS-165: whoever has heard nothing is unsure, not sure.
#[test]
fn a_session_is_in_good_standing_only_while_the_teller_is_heard() {
    let (sessions, clock) = sessions(10);
    assert_eq!(sessions.standing("s1"), Standing::Unsure);
    sessions.heard();
    assert_eq!(sessions.standing("s1"), Standing::Good);
    sessions.revoke("s1", NOW + 600);
    assert_eq!(sessions.standing("s1"), Standing::Ended);
    clock.0.fetch_add(61, Ordering::Relaxed);
    assert_eq!((sessions.standing("s1"), sessions.standing("s2")), (Standing::Ended, Standing::Unsure));
    sessions.heard();
    assert_eq!(sessions.standing("s2"), Standing::Good);
}

/// RT-17: remembered for as long as a token of the session could be accepted, the leeway included, and no longer.
#[test]
fn an_ended_session_is_remembered_until_its_last_token_is_refused_anyway() {
    let (sessions, clock) = sessions(10);
    sessions.heard();
    sessions.revoke("s1", NOW + 600);
    sessions.revoke("s1", NOW + 500);
    sessions.revoke("expired", NOW - 31);
    assert_eq!(sessions.standing("expired"), Standing::Good);
    clock.0.store(NOW + 630, Ordering::Relaxed);
    sessions.revoke("s2", NOW + 1_200);
    assert_eq!(sessions.standing("s1"), Standing::Ended);
    clock.0.store(NOW + 631, Ordering::Relaxed);
    sessions.revoke("s3", NOW + 1_200);
    sessions.heard();
    assert_eq!(sessions.standing("s1"), Standing::Good);
    assert_eq!(sessions.remembered.read().unwrap().by_end.len(), 2);
}

/// RT-17: what does not fit is not taken for good, and what was remembered stays so.
#[test]
fn more_ended_sessions_than_fit_make_the_others_unsure() {
    let (sessions, clock) = sessions(2);
    sessions.heard();
    for session in ["s1", "s2", "s1", "s3"] {
        sessions.revoke(session, NOW + 600);
    }
    let standing = ["s1", "s2", "s3", "s4"].map(|session| sessions.standing(session));
    assert_eq!(standing, [Standing::Ended, Standing::Ended, Standing::Unsure, Standing::Unsure]);
    clock.0.store(NOW + 631, Ordering::Relaxed);
    sessions.heard();
    assert_eq!(sessions.standing("s4"), Standing::Good);
}
