use std::collections::HashMap;

use kit_demonstration::{
    CourseStatus, Enrollment, EnrollmentSource, LoginKind, Membership, MembershipStatus, OrderStatus, OrderSubject,
    Persona, World, WorldKey,
};

use super::{assert_unique, worlds};

fn enrollments_of(world: &World, persona: Persona) -> Vec<&Enrollment> {
    world.enrollments().iter().filter(|row| row.user_row == persona.row()).collect()
}

/// domain.md 3.3: one enrolment per user and course; only PUBLISHED courses enrol.
#[test]
fn enrollments_fall_while_the_course_was_open_and_nobody_has_two() {
    for world in worlds() {
        let anchor = world.key().anchor.micros();
        assert_eq!(world.enrollments().len(), world.key().profile.counts().enrollments);
        assert_unique("id", world.enrollments().iter().map(|row| row.id));
        assert_unique("user and course", world.enrollments().iter().map(|row| (row.user_id, row.course_id)));
        for row in world.enrollments() {
            let (user, course) = (&world.users()[row.user_row], &world.courses()[row.course_row]);
            assert_eq!((row.user_id, row.course_id), (user.id, course.id));
            assert_ne!(course.status, CourseStatus::Draft);
            let (opened, closed) = course.open_for_enrollment(anchor).unwrap();
            assert!((opened.max(user.created_at)..closed).contains(&row.enrolled_at));
            assert!(!course.instructor_ids.contains(&user.id));
        }
    }
}

/// domain.md 3.3: free → FREE; member → SUBSCRIPTION; else PURCHASE with a PAID order over the price.
#[test]
fn the_source_of_an_enrollment_fits_price_and_membership() {
    for world in worlds() {
        let members: HashMap<usize, &Membership> = world.memberships().iter().map(|row| (row.user_row, row)).collect();
        let orders: HashMap<_, _> = world.orders().iter().map(|order| (order.id, order)).collect();
        for row in world.enrollments() {
            let price = world.courses()[row.course_row].list_price_minor;
            let member = members.get(&row.user_row).is_some_and(|held| held.gives_access_at(row.enrolled_at));
            assert_eq!(row.source == EnrollmentSource::Free, price == 0);
            assert_eq!(row.order_id.is_some(), row.source == EnrollmentSource::Purchase);
            assert!(row.source != EnrollmentSource::Subscription || member);
            assert!(row.source != EnrollmentSource::Purchase || !member);
            if let Some(order) = row.order_id.map(|id| orders[&id]) {
                assert_eq!((order.status, order.amount_minor), (OrderStatus::Paid, price));
                assert_eq!((order.subject, order.user_id), (OrderSubject::Course(row.course_id), row.user_id));
            }
        }
    }
}

/// domain.md 3.3: a PAID order and an entitlement go together, one to one; payment references are unique.
#[test]
fn every_paid_course_order_belongs_to_an_enrollment() {
    for world in worlds() {
        assert_unique("id", world.orders().iter().map(|order| order.id));
        assert_unique("payment reference", world.orders().iter().map(|order| &order.payment_ref));
        let paid_courses = world
            .orders()
            .iter()
            .filter(|order| order.status == OrderStatus::Paid && matches!(order.subject, OrderSubject::Course(_)));
        let purchases = world.enrollments().iter().filter(|row| row.source == EnrollmentSource::Purchase);
        assert_eq!(paid_courses.count(), purchases.count());
    }
}

/// domain.md 3.3: at most one membership per user, its status told by its end.
#[test]
fn memberships_stand_as_their_end_has_it() {
    for world in worlds() {
        let anchor = world.key().anchor.micros();
        assert_eq!(world.memberships().len(), world.key().profile.counts().memberships);
        assert_unique("member", world.memberships().iter().map(|row| row.user_id));
        assert_unique("plan", world.plans().iter().map(|plan| plan.name));
        for row in world.memberships() {
            assert!(row.started_at < row.current_period_end && row.started_at < anchor);
            let is_over = row.current_period_end <= anchor;
            let should_be_over = matches!(row.status, MembershipStatus::Expired | MembershipStatus::PastDue);
            assert_eq!(is_over, should_be_over, "{row:?}");
            assert_eq!(row.renew_attempts > 0, row.status == MembershipStatus::PastDue);
            assert!(row.renew_attempts <= 3);
        }
    }
}

/// domain.md 5.1: learner_lee has one course at 88 % among at least five.
#[test]
fn learner_lee_has_one_course_at_eighty_eight_per_cent() {
    for world in worlds() {
        let rows = enrollments_of(&world, Persona::LearnerLee);
        let at_88 = rows.iter().filter(|row| {
            let lessons = world.courses()[row.course_row].lesson_count;
            (row.completed_lessons * 100 + lessons / 2) / lessons == 88
        });
        assert!(rows.len() >= 5);
        assert_eq!(at_88.count(), 1);
        assert!(rows.iter().any(|row| row.completed_at.is_some()));
        assert!(world.memberships().iter().all(|row| row.user_row != Persona::LearnerLee.row()));
    }
}

/// domain.md 5.1: member_park's membership expires in two days.
#[test]
fn member_parks_membership_expires_in_two_days() {
    for world in worlds() {
        let membership = world.memberships().iter().find(|row| row.user_row == Persona::MemberPark.row()).unwrap();
        assert_eq!(membership.current_period_end - world.key().anchor.micros(), 2 * 86_400_000_000);
        assert_eq!((membership.status, membership.auto_renew), (MembershipStatus::Active, false));
        let rows = enrollments_of(&world, Persona::MemberPark);
        assert!(rows.iter().any(|row| row.source == EnrollmentSource::Subscription));
    }
}

/// domain.md 5.1: new_user and the staff have nothing yet.
#[test]
fn new_user_has_done_nothing() {
    for world in worlds() {
        for persona in [Persona::NewUser, Persona::Admin, Persona::Ops, Persona::Mod] {
            assert!(enrollments_of(&world, persona).is_empty());
            assert!(world.orders().iter().all(|order| order.user_row != persona.row()));
        }
        let events = world.login_events(world.persona(Persona::NewUser));
        assert_eq!(events.iter().filter(|event| event.kind == LoginKind::Login).count(), 1);
    }
}

/// domain.md 3.3: completed once all lessons are, at the time of the last; P15: nothing after the anchor.
#[test]
fn progress_adds_up_to_its_completed_lessons() {
    for world in worlds() {
        let anchor = world.key().anchor.micros();
        for row in world.enrollments() {
            let lessons = world.lessons_of(&world.courses()[row.course_row]);
            let completed = world.completed_lessons(row);
            assert_eq!(completed.len(), row.completed_lessons as usize);
            assert!(
                completed.iter().map(|lesson| lesson.lesson_id).eq(lessons[..completed.len()].iter().map(|l| l.id))
            );
            assert!(completed.is_sorted_by_key(|lesson| lesson.completed_at));
            assert!(completed.iter().all(|lesson| (row.enrolled_at..anchor).contains(&lesson.completed_at)));
            let is_complete = completed.len() == lessons.len();
            assert_eq!(row.completed_at, completed.last().filter(|_| is_complete).map(|lesson| lesson.completed_at));
            assert_eq!(row.watched_seconds, completed.iter().map(|lesson| lesson.watched_seconds).sum::<i64>());
            assert_eq!(row.last_activity_at, completed.last().map(|lesson| lesson.completed_at));
            for (lesson, done) in lessons.iter().zip(completed) {
                assert!(done.watched_seconds * 10 >= lesson.duration_seconds * 9);
                assert!(done.watched_seconds <= lesson.duration_seconds);
            }
        }
    }
}

/// domain.md 5.1: completion correlates with course quality; popularity falls with rank.
#[test]
fn good_courses_are_finished_more_often_and_popular_ones_taken_more() {
    let world = World::new(WorldKey::default());
    let completion = |from: u16, to: u16| {
        let rows = world
            .enrollments()
            .iter()
            .filter(|row| (from..to).contains(&world.courses()[row.course_row].quality_per_mille));
        let (done, all) =
            rows.fold((0, 0), |(done, all), row| (done + usize::from(row.completed_at.is_some()), all + 1));
        done as f64 / f64::from(all)
    };
    assert!(completion(760, 1_001) > completion(0, 560) + 0.05);
    let taken =
        |rows: std::ops::Range<usize>| world.enrollments().iter().filter(|row| rows.contains(&row.course_row)).count();
    assert!(taken(0..10) > 3 * taken(100..110));
}
