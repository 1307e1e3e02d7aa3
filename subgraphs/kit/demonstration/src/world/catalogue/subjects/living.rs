//! Subjects of life: languages, health, arts and cooking.

use super::{Subject, phrase};

pub(super) const LANGUAGES: Subject = Subject {
    slug: "languages",
    name: "외국어",
    parent: None,
    topics: [
        phrase("외국어 학습법", "How to Learn Languages"),
        phrase("여행 회화", "Travel Conversation"),
        phrase("발음 교정", "Pronunciation"),
        phrase("원서 읽기", "Reading in the Original"),
        phrase("받아쓰기 훈련", "Dictation Practice"),
        phrase("생활 번역", "Everyday Translation"),
    ],
    concepts: [
        phrase("듣기 습관", "Listening Habits"),
        phrase("소리 내어 읽기", "Reading Aloud"),
        phrase("단어 카드", "Flash Cards"),
        phrase("억양", "Intonation"),
        phrase("길 묻기", "Asking the Way"),
        phrase("식당에서 주문하기", "Ordering Food"),
        phrase("일기 쓰기", "Keeping a Diary"),
        phrase("문화와 예절", "Culture and Manners"),
    ],
};

pub(super) const WELLNESS: Subject = Subject {
    slug: "wellness",
    name: "건강과 걷기",
    parent: None,
    topics: [
        phrase("바른 걷기", "Walking Well"),
        phrase("직장인 스트레칭", "Stretching at Work"),
        phrase("수면 습관", "Better Sleep"),
        phrase("마음 챙김", "Mindfulness"),
        phrase("둘레길 걷기", "Trail Walking"),
        phrase("달리기", "Running"),
    ],
    concepts: [
        phrase("걷는 자세", "Posture"),
        phrase("호흡", "Breathing"),
        phrase("신발 고르기", "Choosing Shoes"),
        phrase("준비 운동", "Warming Up"),
        phrase("꾸준함의 기술", "Staying Consistent"),
        phrase("회복과 휴식", "Recovery"),
        phrase("걸음 기록", "Tracking Steps"),
        phrase("날씨와 옷차림", "Dressing for the Weather"),
    ],
};

pub(super) const ENGLISH: Subject = Subject {
    slug: "english",
    name: "영어",
    parent: Some("languages"),
    topics: [
        phrase("비즈니스 영어", "Business English"),
        phrase("영어 이메일", "Emails in English"),
        phrase("영어 발표", "Presentations in English"),
        phrase("영문법", "English Grammar"),
        phrase("영어 회화", "English Conversation"),
        phrase("영어 에세이", "English Essays"),
    ],
    concepts: [
        phrase("시제", "Tenses"),
        phrase("관사", "Articles"),
        phrase("전치사", "Prepositions"),
        phrase("자기소개", "Introducing Yourself"),
        phrase("회의 표현", "Meeting Phrases"),
        phrase("거절과 부탁", "Declining and Asking"),
        phrase("연음", "Linking Sounds"),
        phrase("문단 구성", "Building Paragraphs"),
    ],
};

pub(super) const JAPANESE: Subject = Subject {
    slug: "japanese",
    name: "일본어",
    parent: Some("languages"),
    topics: [
        phrase("일본어 글자와 발음", "Japanese Script and Sounds"),
        phrase("일본어 한자", "Japanese Kanji"),
        phrase("일본 여행 회화", "Japanese for Travellers"),
        phrase("일본어 문법", "Japanese Grammar"),
        phrase("일본어 듣기", "Japanese Listening"),
        phrase("비즈니스 일본어", "Business Japanese"),
    ],
    concepts: [
        phrase("히라가나", "Hiragana"),
        phrase("가타카나", "Katakana"),
        phrase("조사", "Particles"),
        phrase("동사 활용", "Verb Forms"),
        phrase("존경어", "Polite Speech"),
        phrase("숫자와 시간", "Numbers and Time"),
        phrase("부수 익히기", "Radicals"),
        phrase("맞장구", "Everyday Responses"),
    ],
};

pub(super) const PHOTOGRAPHY: Subject = Subject {
    slug: "photography",
    name: "사진",
    parent: None,
    topics: [
        phrase("스마트폰 사진", "Smartphone Photography"),
        phrase("흑백 사진", "Black-and-White Photography"),
        phrase("야경 사진", "Night Photography"),
        phrase("인물 사진", "Portrait Photography"),
        phrase("필름 카메라", "Film Cameras"),
        phrase("여행 영상", "Travel Videos"),
    ],
    concepts: [
        phrase("빛 읽기", "Reading Light"),
        phrase("구도", "Composition"),
        phrase("노출", "Exposure"),
        phrase("색 보정", "Colour Grading"),
        phrase("초점과 심도", "Focus and Depth"),
        phrase("촬영 순서", "Shot Lists"),
        phrase("사진 고르기", "Choosing Pictures"),
        phrase("보관과 백업", "Archiving"),
    ],
};

pub(super) const MUSIC: Subject = Subject {
    slug: "music",
    name: "음악",
    parent: None,
    topics: [
        phrase("통기타", "Acoustic Guitar"),
        phrase("재즈 피아노", "Jazz Piano"),
        phrase("화성학", "Harmony"),
        phrase("홈 레코딩", "Home Recording"),
        phrase("우쿨렐레", "Ukulele"),
        phrase("노래 만들기", "Songwriting"),
    ],
    concepts: [
        phrase("코드 잡기", "Chords"),
        phrase("박자와 리듬", "Beat and Rhythm"),
        phrase("음계", "Scales"),
        phrase("손가락 연습", "Finger Exercises"),
        phrase("악보 읽기", "Reading Music"),
        phrase("귀로 듣기", "Ear Training"),
        phrase("마이크 놓기", "Placing Microphones"),
        phrase("합주", "Playing Together"),
    ],
};

pub(super) const COOKING: Subject = Subject {
    slug: "cooking",
    name: "요리",
    parent: None,
    topics: [
        phrase("집밥", "Home Cooking"),
        phrase("제철 밑반찬", "Seasonal Side Dishes"),
        phrase("천연 발효 빵", "Sourdough Bread"),
        phrase("채식 요리", "Vegetarian Cooking"),
        phrase("핸드드립 커피", "Hand-Drip Coffee"),
        phrase("한 그릇 요리", "One-Bowl Meals"),
    ],
    concepts: [
        phrase("칼 다루기", "Knife Skills"),
        phrase("육수 내기", "Making Stock"),
        phrase("불 조절", "Heat Control"),
        phrase("재료 손질", "Preparing Ingredients"),
        phrase("양념 비율", "Seasoning Ratios"),
        phrase("발효", "Fermentation"),
        phrase("보관법", "Storage"),
        phrase("상차림", "Serving"),
    ],
};
