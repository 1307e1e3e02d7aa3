use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::{Allowance, Attempts, FIRST_WAIT_US, WINDOW_US, address_of, network_of};

/// Domain 3.1, AS-058: the fifth failure begins the waiting, each further one doubles it, and the window ends it.
#[test]
fn after_five_failures_the_wait_grows_until_the_window_is_over() {
    let admit = |attempts: Attempts, now| attempts.admit(Allowance::PERSON, now);
    let mut attempts = Attempts::none(0);
    for _ in 0..5 {
        attempts = admit(attempts, 0).unwrap();
    }
    assert_eq!(admit(attempts, 1), Err(FIRST_WAIT_US - 1));
    let sixth = admit(attempts, FIRST_WAIT_US).unwrap();
    assert_eq!(admit(sixth, FIRST_WAIT_US), Err(2 * FIRST_WAIT_US));
    assert_eq!(admit(sixth, WINDOW_US).unwrap().failures, 1);
}

/// RT-20: a success counts for itself alone.
#[test]
fn a_success_forgives_one_attempt() {
    let mut attempts = Attempts::none(0);
    for _ in 0..30 {
        attempts = attempts.admit(Allowance::ADDRESS, 0).unwrap();
    }
    assert!(attempts.blocked_until.is_some());
    let after = attempts.succeed();
    assert_eq!((after.failures, after.blocked_until), (29, None));
    assert!(after.admit(Allowance::ADDRESS, 1).unwrap().blocked_until.is_some());
}

/// RT-20: one machine with many addresses of its network is one client; the neighbourhood is larger.
#[test]
fn addresses_are_taken_together_as_far_as_one_client_has_them() {
    assert_eq!(address_of("192.0.2.7"), "192.0.2.7/32");
    assert_eq!(network_of("192.0.2.7"), "192.0.2.0/24");
    assert_eq!(address_of("::ffff:192.0.2.7"), "192.0.2.7/32");
    assert_eq!(address_of("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
    assert_eq!(network_of("2001:db8:1:2:aaaa::1"), "2001:db8:1::/48");
    assert_eq!(address_of("unix socket"), "unix socket");
}

proptest! {
    /// AS-068: whatever the pace, no window sees more failures than are allowed and one for each wait that was sat out.
    #[test]
    fn guesses_are_bounded(pauses in proptest::collection::vec(0..60_000_000_i64, 1..200)) {
        let (mut attempts, mut now, mut admitted) = (Attempts::none(0), 0, 0);
        for pause in pauses {
            now += pause;
            if now >= WINDOW_US {
                break;
            }
            match attempts.admit(Allowance::PERSON, now) {
                Ok(after) => {
                    admitted += 1;
                    attempts = after;
                }
                Err(wait) => prop_assert!(wait > 0 && wait <= WINDOW_US),
            }
        }
        // 30 s, 1, 2, 4 and 8 minutes are more than the window.
        prop_assert!(admitted <= 5 + 5, "{admitted} guesses in a window");
    }

    /// A success after an attempt is as if neither had been.
    #[test]
    fn what_is_taken_back_leaves_no_trace(failures in 0..100_i64, now in 0..WINDOW_US) {
        let before = Attempts { failures, window_start_at: 0, blocked_until: None };
        let after = before.admit(Allowance::ADDRESS, now).unwrap().succeed();
        prop_assert_eq!((after.failures, after.window_start_at), (failures, 0));
    }
}
