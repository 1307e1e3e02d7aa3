use kit_demonstration::{CourseStatus, Language, Persona, Profile, World, WorldKey};

use super::{assert_unique, worlds};

/// domain.md 3.2: category depth at most 3, and a parent stands before its children.
#[test]
fn the_category_tree_is_at_most_three_deep() {
    for world in worlds() {
        let categories = world.categories();
        assert_eq!(categories.len(), world.key().profile.counts().categories);
        assert_unique("slug", categories.iter().map(|category| category.slug));
        for category in categories {
            let mut depth = 1;
            let mut row = category.row;
            while let Some(parent) = categories[row].parent_row {
                assert!(parent < row);
                (row, depth) = (parent, depth + 1);
            }
            assert!(depth <= 3, "{} is {depth} deep", category.slug);
            assert_eq!(category.parent_id, category.parent_row.map(|parent| categories[parent].id));
        }
    }
}

/// domain.md 3.2: a published course has a category, an instructor and a lesson; S0-COURSE-3.
#[test]
fn courses_are_as_many_as_the_table_says_and_keep_learnings_rules() {
    for world in worlds() {
        let (courses, anchor) = (world.courses(), world.key().anchor.micros());
        assert_eq!(courses.len(), world.key().profile.counts().courses);
        assert_unique("id", courses.iter().map(|course| course.id));
        assert_unique("slug", courses.iter().map(|course| &course.slug));
        assert_unique("title", courses.iter().map(|course| &course.title));
        for course in courses {
            assert!(course.title.chars().count() <= 80 && course.slug.len() <= 120, "{}", course.title);
            assert!((1..=3).contains(&course.instructor_ids.len()));
            assert_unique("instructor", &course.instructor_ids);
            assert!(course.list_price_minor >= 0);
            assert_eq!(course.published_at.is_some(), course.status != CourseStatus::Draft);
            assert_eq!(course.archived_at.is_some(), course.status == CourseStatus::Archived);
            let moments = [Some(course.created_at), course.published_at, course.archived_at, Some(anchor)];
            assert!(moments.iter().flatten().is_sorted_by(|earlier, later| earlier < later), "{}", course.slug);
            let taught_by_present =
                course.instructor_rows.iter().all(|row| world.users()[*row].created_at < course.created_at);
            assert!(taught_by_present, "{} was drafted before its instructor came", course.slug);
        }
    }
}

/// domain.md 3.2: positions dense from 1; count and duration of a course equal its lessons.
#[test]
fn lessons_are_dense_and_their_sums_are_the_courses() {
    for world in worlds() {
        assert_eq!(world.lessons().len(), world.key().profile.counts().lessons);
        assert_unique("id", world.lessons().iter().map(|lesson| lesson.id));
        for course in world.courses() {
            let lessons = world.lessons_of(course);
            assert!(lessons.iter().all(|lesson| lesson.course_id == course.id));
            assert!(lessons.iter().map(|lesson| lesson.position).eq(1..=course.lesson_count));
            assert_eq!(
                lessons.iter().map(|lesson| lesson.duration_seconds).sum::<i64>(),
                course.total_duration_seconds
            );
            assert_unique("lesson title", lessons.iter().map(|lesson| &lesson.title));
            assert!(lessons[0].is_free_preview);
        }
    }
}

/// domain.md 5.1: mostly published, some free, both languages; the flagship is mentor_kim's and paid.
#[test]
fn the_catalogue_has_variety() {
    for world in worlds() {
        let courses = world.courses();
        let with_status = |status| courses.iter().filter(|course| course.status == status).count();
        assert!(with_status(CourseStatus::Published) * 10 >= courses.len() * 8);
        assert!(with_status(CourseStatus::Draft) >= 1 && with_status(CourseStatus::Archived) >= 1);
        assert!(courses.iter().filter(|course| course.list_price_minor == 0).count() * 10 >= courses.len());
        assert!(courses.iter().any(|course| course.language == Language::Korean));
        assert!(courses.iter().any(|course| course.language == Language::English));
        assert_eq!(courses[0].instructor_rows, [Persona::MentorKim.row()]);
        assert!(courses[0].list_price_minor > 0 && courses[0].status == CourseStatus::Published);
    }
}

/// domain.md 5.1: the uniqueness check holds where it is hardest, without a part number in sight.
#[test]
fn even_the_largest_catalogue_repeats_no_title() {
    let world = World::new(WorldKey { profile: Profile::Bench, ..WorldKey::default() });
    assert_eq!((world.courses().len(), world.lessons().len()), (600, 9_000));
    assert_unique("title", world.courses().iter().map(|course| &course.title));
    assert!(!world.courses().iter().any(|course| course.slug.ends_with(|last: char| last.is_ascii_digit())));
}
