use std::collections::{HashMap, HashSet};

use kit_demonstration::{
    Anchor, Archetype, CourseStatus, Persona, Profile, Seed, UserStatus, ViewingEventKind, World, WorldKey,
};
use proptest::prelude::*;

use super::{assert_unique, worlds};

const MINUTE: i64 = 60_000_000;

/// domain.md 5.1: the counts of sittings and of their events, exact in every profile.
#[test]
fn sittings_and_events_are_as_many_as_the_table_says() {
    for world in worlds() {
        let counts = world.key().profile.counts();
        assert_eq!(world.viewings().len(), counts.playback_sessions);
        let events: usize = world.viewings().iter().map(|viewing| viewing.event_count).sum();
        assert_eq!(events, counts.playback_events);
        assert_unique("id", world.viewings().iter().map(|viewing| viewing.id));
    }
}

/// domain.md 3.5: numbers grow from 1, times too, positions lie within the lesson, nothing is after the anchor.
fn assert_events_are_in_order(world: &World) {
    let anchor = world.key().anchor.micros();
    for viewing in world.viewings() {
        let events = world.viewing_events(viewing);
        assert_eq!(events.len(), viewing.event_count);
        assert!(events.iter().map(|event| event.seq).eq(1..=events.len() as i64));
        assert!(events.is_sorted_by_key(|event| event.at));
        let left_at = world.users()[viewing.user_row].present_until(anchor);
        let last = &events[events.len() - 1];
        assert!(viewing.started_at < events[0].at && last.at < left_at);
        let end_ms = world.lessons()[viewing.lesson_row].duration_seconds * 1_000;
        assert!(events.iter().all(|event| (0..=end_ms).contains(&event.position_ms)), "{events:?}");
        assert_eq!(events.iter().map(|event| event.position_ms).max(), Some(viewing.watched_seconds * 1_000));
        assert_eq!(last.kind == ViewingEventKind::Stop, !viewing.is_abandoned);
        assert!(!viewing.is_abandoned || last.at + 30 * MINUTE < anchor);
    }
}

/// domain.md 3.3, 3.4: people watch what they may: a lesson of a course they are enrolled in, or a free preview.
fn assert_everybody_may_watch(world: &World) {
    let enrolled: HashMap<_, _> =
        world.enrollments().iter().map(|row| ((row.user_row, row.course_row), row.enrolled_at)).collect();
    for viewing in world.viewings() {
        let lesson = &world.lessons()[viewing.lesson_row];
        let course = &world.courses()[lesson.course_row];
        let user = &world.users()[viewing.user_row];
        assert_ne!(course.status, CourseStatus::Draft);
        assert!(course.published_at.is_some_and(|at| at < viewing.started_at) && user.created_at < viewing.started_at);
        let is_enrolled =
            enrolled.get(&(user.row, course.row)).is_some_and(|enrolled_at| *enrolled_at < viewing.started_at);
        let is_teacher = course.instructor_rows.contains(&user.row);
        assert!(is_enrolled || lesson.is_free_preview || is_teacher, "{viewing:?}");
    }
}

/// domain.md 3.3, 3.5: what is completed is what enrollment says, at that instant and with those seconds.
fn assert_completions_are_enrollments(world: &World) {
    let mut told: HashSet<_> = HashSet::new();
    for place in world.enrollments() {
        told.extend(
            world
                .completed_lessons(place)
                .iter()
                .map(|done| (place.user_row, done.lesson_row, done.completed_at, done.watched_seconds)),
        );
    }
    let seen: HashSet<_> = world
        .viewings()
        .iter()
        .filter(|viewing| viewing.completes)
        .map(|viewing| {
            let events = world.viewing_events(viewing);
            let completion = &events[events.len() - 2];
            assert_eq!(completion.kind, ViewingEventKind::Complete);
            (viewing.user_row, viewing.lesson_row, completion.at, viewing.watched_seconds)
        })
        .collect();
    assert_eq!(told, seen);
    for viewing in world.viewings().iter().filter(|viewing| !viewing.completes) {
        let length = world.lessons()[viewing.lesson_row].duration_seconds;
        assert!(viewing.watched_seconds * 10 < length * 9, "{viewing:?}");
    }
}

/// domain.md 3.5: nobody has more than three sittings at a time.
fn assert_at_most_three_at_a_time(world: &World) {
    let mut by_user: HashMap<usize, Vec<(i64, i64)>> = HashMap::new();
    for viewing in world.viewings() {
        let end = world.viewing_events(viewing)[viewing.event_count - 1].at;
        let end = if viewing.is_abandoned { end + 30 * MINUTE } else { end };
        by_user.entry(viewing.user_row).or_default().push((viewing.started_at, end));
    }
    for spans in by_user.values() {
        let most = spans.iter().map(|(start, _)| spans.iter().filter(|(from, to)| from <= start && start < to).count());
        assert!(most.max().is_none_or(|most| most <= 3));
    }
}

#[test]
fn sittings_keep_the_rules() {
    for world in worlds() {
        assert_events_are_in_order(&world);
        assert_everybody_may_watch(&world);
        assert_completions_are_enrollments(&world);
        assert_at_most_three_at_a_time(&world);
    }
}

/// domain.md 5.1: learners watch more than lurkers; the first courses more than later ones; evenings more than nights.
#[test]
fn watching_has_archetypes_popularity_and_a_day() {
    let world = World::new(WorldKey::default());
    let per_head = |archetype| {
        let people = world.users().iter().filter(|user| user.archetype == archetype && user.persona.is_none()).count();
        let sittings =
            world.viewings().iter().filter(|viewing| world.users()[viewing.user_row].archetype == archetype).count();
        sittings as f64 / people as f64
    };
    assert!(per_head(Archetype::Learner) > 2.0 * per_head(Archetype::DramaBinger));
    assert!(per_head(Archetype::DramaBinger) > 2.0 * per_head(Archetype::Lurker));
    let of_courses = |rows: std::ops::Range<usize>| {
        let of = |lesson: usize| world.lessons()[lesson].course_row;
        world.viewings().iter().filter(|viewing| rows.contains(&of(viewing.lesson_row))).count()
    };
    assert!(of_courses(0..10) > 3 * of_courses(100..110));
    let at_hour = |hour: i64| {
        let of = |at: i64| (at + 9 * 60 * MINUTE).rem_euclid(24 * 60 * MINUTE) / (60 * MINUTE);
        world.viewings().iter().filter(|viewing| of(viewing.started_at) == hour).count()
    };
    for peak in [8, 12, 21] {
        assert!(at_hour(peak) > 5 * at_hour(3), "{peak}");
    }
}

/// domain.md 5.1: learner_lee has watched every evening of the last weeks and can go on where he stopped; new_user has
/// watched nothing.
#[test]
fn personas_have_watched_what_their_stories_say() {
    for world in worlds() {
        let of = |persona: Persona| world.viewings().iter().filter(move |row| row.user_row == persona.row());
        let day = |at: i64| (at + 9 * 60 * MINUTE).div_euclid(24 * 60 * MINUTE);
        let today = day(world.key().anchor.micros());
        let days: HashSet<i64> = of(Persona::LearnerLee).map(|viewing| day(viewing.started_at)).collect();
        assert!((1..=22).all(|back| days.contains(&(today - back))), "{days:?}");
        assert!(of(Persona::LearnerLee).filter(|viewing| !viewing.completes).count() >= 2);
        for persona in [Persona::NewUser, Persona::Admin, Persona::Ops, Persona::Mod] {
            assert_eq!(of(persona).count(), 0);
        }
    }
}

/// domain.md 3.5: what people who left watched on is forgotten.
#[test]
fn people_who_left_have_no_device() {
    let world = World::new(WorldKey::default());
    for viewing in world.viewings() {
        let has_left = world.users()[viewing.user_row].status == UserStatus::Deactivated;
        assert_eq!(viewing.device.is_none(), has_left);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// domain.md 5.1: every world keeps the rules, whenever its "now" is.
    #[test]
    fn every_seed_and_anchor_keeps_the_rules(seed: u64, hours in 450_000_i64..1_100_000) {
        let anchor = Anchor::at(hours * 3_600_000_000).unwrap();
        let world = World::new(WorldKey { profile: Profile::Tiny, seed: Seed(seed), anchor });
        prop_assert_eq!(world.viewings().len(), 200);
        assert_events_are_in_order(&world);
        assert_everybody_may_watch(&world);
        assert_completions_are_enrollments(&world);
        assert_at_most_three_at_a_time(&world);
    }
}
