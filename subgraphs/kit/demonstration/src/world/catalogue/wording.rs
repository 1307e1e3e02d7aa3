//! The two-language grammar of titles, descriptions and lessons.

mod korean;

use serde::Serialize;

use self::korean::{object, subject as subject_particle};
use super::{
    course::CourseLevel,
    subjects::{Phrase, Subject},
};
use crate::random::RowRandom;

/// The language a course is taught in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "named by their language")]
pub enum Language {
    #[serde(rename = "ko")]
    Korean,
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }
}

/// A way to name a course; `{}` is the topic.
#[derive(Debug)]
pub(super) struct TitlePattern {
    ko: &'static str,
    en: &'static str,
    pub(super) slug: &'static str,
    pub(super) level: CourseLevel,
}

const fn title_pattern(ko: &'static str, en: &'static str, slug: &'static str, level: CourseLevel) -> TitlePattern {
    TitlePattern { ko, en, slug, level }
}

/// No pattern puts a particle behind the topic, so that all of them fit all topics.
pub(super) const TITLES: [TitlePattern; 14] = [
    title_pattern("차근차근 {}", "{}, Step by Step", "step-by-step", CourseLevel::Beginner),
    title_pattern("처음 만나는 {}", "{}: A Gentle Start", "gentle-start", CourseLevel::Beginner),
    title_pattern("4주 완성 {}", "{} in Four Weeks", "in-four-weeks", CourseLevel::Beginner),
    title_pattern("주말에 끝내는 {}", "{} in a Weekend", "in-a-weekend", CourseLevel::Beginner),
    title_pattern("퇴근 후 {}", "{} After Work", "after-work", CourseLevel::Beginner),
    title_pattern("예제로 배우는 {}", "{} by Example", "by-example", CourseLevel::Beginner),
    title_pattern("하루 20분 {}", "{} in Twenty Minutes a Day", "twenty-minutes-a-day", CourseLevel::Beginner),
    title_pattern("실전 {}", "{} in Practice", "in-practice", CourseLevel::Intermediate),
    title_pattern("프로젝트로 익히는 {}", "{} Through Projects", "through-projects", CourseLevel::Intermediate),
    title_pattern("멘토와 함께하는 {}", "{} with a Mentor", "with-a-mentor", CourseLevel::Intermediate),
    title_pattern("탄탄하게 다지는 {}", "{}: Solid Foundations", "solid-foundations", CourseLevel::Intermediate),
    title_pattern("깊이 파고드는 {}", "{} in Depth", "in-depth", CourseLevel::Advanced),
    title_pattern("한 단계 높은 {}", "{}: The Advanced Course", "advanced-course", CourseLevel::Advanced),
    title_pattern("기초 너머의 {}", "{}: Beyond the Basics", "beyond-the-basics", CourseLevel::Advanced),
];

pub(super) fn title(topic: Phrase, pattern: &TitlePattern, part: usize, language: Language) -> String {
    let title = match language {
        Language::Korean => pattern.ko.replace("{}", topic.ko),
        Language::English => pattern.en.replace("{}", topic.en),
    };
    match (part, language) {
        (1, _) => title,
        (part, Language::Korean) => format!("{title} {part}기"),
        (part, Language::English) => format!("{title}, Season {part}"),
    }
}

pub(super) fn slug(topic: Phrase, pattern: &TitlePattern, part: usize) -> String {
    let topic: String = topic
        .en
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect::<Vec<_>>()
        .join("-");
    match part {
        1 => format!("{topic}-{}", pattern.slug),
        part => format!("{topic}-{}-{part}", pattern.slug),
    }
}

/// For whom it is, what it is about, and how it is held.
pub(super) fn description(
    topic: Phrase,
    subject: &Subject,
    level: CourseLevel,
    language: Language,
    random: &mut RowRandom,
) -> String {
    let first = random.index(subject.concepts.len());
    let concept = |step: usize| subject.concepts[(first + step) % subject.concepts.len()];
    let (one, two, three) = (concept(0), concept(3), concept(5));
    match language {
        Language::Korean => {
            let audience = match level {
                CourseLevel::Beginner => {
                    format!("{} 처음인 분도 따라올 수 있도록 기초부터 차근차근 설명합니다.", subject_particle(topic.ko))
                }
                CourseLevel::Intermediate => {
                    format!("기초를 마친 분이 {} 실제 상황에 쓸 수 있도록 돕는 강의입니다.", object(topic.ko))
                }
                CourseLevel::Advanced => {
                    format!("{} 이미 접해 본 분과 함께 원리와 한계까지 파고듭니다.", object(topic.ko))
                }
            };
            format!(
                "{audience} {}, {}, {} 중심으로 다룹니다. {}",
                one.ko,
                two.ko,
                object(three.ko),
                random.pick(&STYLE_KO)
            )
        }
        Language::English => {
            let audience = match level {
                CourseLevel::Beginner => "No experience needed: we start from the very first step.",
                CourseLevel::Intermediate => "For people who know the basics and want to put them to use.",
                CourseLevel::Advanced => "For people with practice who want to know how things really work.",
            };
            let lower = |phrase: Phrase| sentence_case(phrase.en);
            format!(
                "{audience} The focus is on {}, {} and {}. {}",
                lower(one),
                lower(two),
                lower(three),
                random.pick(&STYLE_EN)
            )
        }
    }
}

const STYLE_KO: [&str; 6] = [
    "강의마다 짧은 과제가 있어 배운 내용을 바로 확인할 수 있습니다.",
    "하루 20분이면 충분합니다.",
    "수강을 마치면 나만의 결과물이 하나 남습니다.",
    "궁금한 점은 질문 게시판에서 강사가 직접 답합니다.",
    "자주 막히는 지점마다 해결 방법을 함께 찾아봅니다.",
    "모든 자료는 내려받아 다시 볼 수 있습니다.",
];
const STYLE_EN: [&str; 6] = [
    "Every lesson ends with a short exercise, so you know at once what has stuck.",
    "Twenty minutes a day are enough.",
    "You finish with a piece of work of your own.",
    "Questions are answered by the instructor in person.",
    "Wherever people usually get stuck, we look for the way out together.",
    "All materials can be downloaded and kept.",
];

/// The words of a lesson.
pub(super) struct LessonWording {
    pub(super) title: String,
    pub(super) summary: String,
}

/// Ways to treat a concept, as title and summary in both languages; first a look, then a try, and so on in pairs.
const TREATMENTS: [[&str; 4]; 6] = [
    [
        "{}, 기본부터",
        "{}의 기본 개념과 배경을 살펴봅니다.",
        "Understanding {}",
        "The ideas behind {}, from the ground up.",
    ],
    [
        "{} 실습",
        "{} 과정을 처음부터 끝까지 함께 해 봅니다.",
        "{}: Hands-On",
        "We try {} together from start to finish.",
    ],
    [
        "{}에서 자주 하는 실수",
        "{}에서 흔히 막히는 지점을 정리합니다.",
        "Common Mistakes with {}",
        "Where people get stuck with {}, and why.",
    ],
    [
        "{} 한 걸음 더",
        "{}의 한계와 더 나은 방법을 이야기합니다.",
        "{}: One Step Further",
        "The limits of {}, and what lies beyond.",
    ],
    [
        "사례로 보는 {}",
        "실제 사례로 {}의 쓰임을 확인합니다.",
        "{} at Work",
        "Real cases, and the part that {} plays in them.",
    ],
    [
        "{} 복습과 과제",
        "{} 내용을 되짚고 과제를 함께 풉니다.",
        "{}: Review and Exercises",
        "A look back at {}, with exercises to solve.",
    ],
];

/// The opening, the closing, and between them one concept after another.
pub(super) fn lesson(subject: &Subject, position: usize, count: usize, language: Language) -> LessonWording {
    let fixed = |ko: [&str; 2], en: [&str; 2]| {
        let [title, summary] = if language == Language::Korean { ko } else { en };
        LessonWording { title: title.to_owned(), summary: summary.to_owned() }
    };
    if position == 1 {
        return fixed(
            ["강의를 시작하며", "무엇을 어떤 순서로 배우는지 소개합니다."],
            ["Welcome and Overview", "What we will learn, and in which order."],
        );
    }
    if position == count {
        return fixed(
            ["정리와 다음 걸음", "배운 것을 돌아보고 다음에 공부할 것을 안내합니다."],
            ["Wrap-Up and Next Steps", "What we have learned, and what to study next."],
        );
    }
    let (concept, treatment) = treatment(position - 2, count - 2, subject.concepts.len());
    let concept = subject.concepts[concept];
    let [title_ko, summary_ko, title_en, summary_en] = TREATMENTS[treatment];
    match language {
        Language::Korean => {
            LessonWording { title: title_ko.replace("{}", concept.ko), summary: summary_ko.replace("{}", concept.ko) }
        }
        Language::English => LessonWording {
            title: title_en.replace("{}", concept.en),
            summary: summary_en.replace("{}", &sentence_case(concept.en)),
        },
    }
}

/// Which concept the `index`-th inner lesson treats and how: a short course visits each concept once, a longer one
/// looks at each and tries it, and starts over with the next pair of treatments.
fn treatment(index: usize, inner_lessons: usize, concepts: usize) -> (usize, usize) {
    if inner_lessons <= concepts {
        return (index, index % 2);
    }
    let (round, within) = (index / (2 * concepts), index % (2 * concepts));
    (within / 2, 2 * round + within % 2)
}

/// A title inside a sentence: words lose their capital unless they are names or acronyms.
fn sentence_case(title: &str) -> String {
    const NAMES: [&str; 7] = ["Japanese", "English", "Hangul", "Cargo", "Hiragana", "Katakana", "Internet"];
    title
        .split(' ')
        .map(|word| {
            let is_acronym = word.chars().skip(1).any(char::is_uppercase) && !word.contains('-');
            if NAMES.contains(&word) || is_acronym || word.contains('/') {
                word.to_owned()
            } else {
                word.to_lowercase()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
