//! Names of people, companies and teams. Nobody and nothing here is real: names are drawn part by part.

use super::people::Company;
use crate::random::{RowRandom, distribution::Weighted};

/// A family name with its romanisation and how many of a thousand people in Korea bear it, roughly.
const SURNAMES: [(&str, &str, u64); 40] = [
    ("김", "kim", 215),
    ("이", "lee", 147),
    ("박", "park", 84),
    ("최", "choi", 47),
    ("정", "jung", 43),
    ("강", "kang", 24),
    ("조", "cho", 21),
    ("윤", "yoon", 21),
    ("장", "jang", 20),
    ("임", "lim", 17),
    ("한", "han", 15),
    ("오", "oh", 15),
    ("서", "seo", 15),
    ("신", "shin", 15),
    ("권", "kwon", 14),
    ("황", "hwang", 14),
    ("안", "ahn", 14),
    ("송", "song", 14),
    ("유", "yoo", 13),
    ("전", "jeon", 11),
    ("홍", "hong", 11),
    ("고", "ko", 9),
    ("문", "moon", 9),
    ("양", "yang", 9),
    ("손", "son", 9),
    ("배", "bae", 8),
    ("백", "baek", 8),
    ("허", "heo", 6),
    ("남", "nam", 6),
    ("심", "sim", 6),
    ("노", "noh", 5),
    ("하", "ha", 5),
    ("곽", "kwak", 4),
    ("성", "sung", 4),
    ("차", "cha", 4),
    ("주", "joo", 4),
    ("우", "woo", 4),
    ("구", "koo", 4),
    ("민", "min", 3),
    ("진", "jin", 3),
];

/// A given name with its romanisation and relative frequency, over several generations.
const GIVEN_NAMES: [(&str, &str, u64); 72] = [
    ("민준", "minjun", 30),
    ("서준", "seojun", 27),
    ("도윤", "doyun", 24),
    ("예준", "yejun", 22),
    ("시우", "siwoo", 22),
    ("하준", "hajun", 21),
    ("주원", "juwon", 20),
    ("지호", "jiho", 22),
    ("지후", "jihoo", 18),
    ("준우", "junwoo", 18),
    ("준서", "junseo", 17),
    ("도현", "dohyun", 17),
    ("건우", "gunwoo", 16),
    ("현우", "hyunwoo", 20),
    ("우진", "woojin", 16),
    ("선우", "sunwoo", 14),
    ("서진", "seojin", 14),
    ("연우", "yeonwoo", 13),
    ("유준", "yujun", 12),
    ("정우", "jungwoo", 13),
    ("승우", "seungwoo", 12),
    ("승현", "seunghyun", 14),
    ("시윤", "siyoon", 11),
    ("준혁", "junhyuk", 12),
    ("은우", "eunwoo", 11),
    ("동현", "donghyun", 16),
    ("성민", "sungmin", 17),
    ("재윤", "jaeyun", 9),
    ("정훈", "junghoon", 18),
    ("성호", "sungho", 17),
    ("영호", "youngho", 14),
    ("상철", "sangcheol", 10),
    ("진우", "jinwoo", 14),
    ("상현", "sanghyun", 13),
    ("태윤", "taeyoon", 9),
    ("한결", "hangyeol", 7),
    ("서연", "seoyeon", 30),
    ("서윤", "seoyun", 27),
    ("지우", "jiwoo", 25),
    ("서현", "seohyun", 23),
    ("하은", "haeun", 20),
    ("하윤", "hayun", 20),
    ("민서", "minseo", 22),
    ("지유", "jiyu", 17),
    ("윤서", "yoonseo", 18),
    ("채원", "chaewon", 18),
    ("수아", "sua", 15),
    ("지민", "jimin", 22),
    ("지아", "jia", 14),
    ("지윤", "jiyoon", 15),
    ("다은", "daeun", 15),
    ("은서", "eunseo", 14),
    ("예은", "yeeun", 15),
    ("소율", "soyul", 10),
    ("예린", "yerin", 13),
    ("수빈", "subin", 17),
    ("소윤", "soyoon", 11),
    ("유나", "yuna", 12),
    ("채은", "chaeeun", 11),
    ("가은", "gaeun", 11),
    ("나은", "naeun", 10),
    ("유진", "yujin", 18),
    ("수민", "sumin", 15),
    ("혜원", "hyewon", 14),
    ("미경", "mikyung", 14),
    ("영숙", "youngsook", 11),
    ("정희", "junghee", 11),
    ("은주", "eunju", 14),
    ("현정", "hyunjung", 15),
    ("경희", "kyunghee", 11),
    ("아름", "areum", 8),
    ("보람", "boram", 8),
];

const ENGLISH_GIVEN_NAMES: [&str; 24] = [
    "Alex", "Amara", "Aria", "Ben", "Clara", "Daniel", "Elena", "Emma", "Felix", "Grace", "Hana", "Ivan", "Jonas",
    "Leila", "Liam", "Maya", "Nadia", "Noah", "Oscar", "Priya", "Rosa", "Sam", "Theo", "Zoe",
];
const ENGLISH_SURNAMES: [&str; 20] = [
    "Abbott",
    "Barlow",
    "Carver",
    "Dalton",
    "Ellery",
    "Fenwick",
    "Garland",
    "Hollis",
    "Ingram",
    "Keller",
    "Lindqvist",
    "Marlow",
    "Novak",
    "Okafor",
    "Prescott",
    "Quill",
    "Rowan",
    "Silva",
    "Tanaka",
    "Whitlock",
];
/// How many people in a thousand have an English name (domain.md 5.1).
const ENGLISH_PER_MILLE: u64 = 80;

/// Two of these and a trade make a company's name; the combinations are unlikely enough to belong to nobody.
const COMPANY_WORDS: [&str; 12] =
    ["윤슬", "달무리", "너울", "해솔", "미리내", "온새미", "또바기", "아라", "다솜", "시나브로", "여우비", "가람"];
const TRADES: [&str; 10] =
    ["로보틱스", "물류", "푸드", "소프트", "바이오랩", "디자인", "에너지", "모빌리티", "출판", "금융기술"];
const TEAMS: [&str; 12] = [
    "플랫폼개발팀",
    "고객성공팀",
    "데이터팀",
    "인사팀",
    "디자인팀",
    "사업기획팀",
    "품질관리팀",
    "마케팅팀",
    "재무팀",
    "인프라팀",
    "해외영업팀",
    "연구개발팀",
];

/// A person's name as shown, and the two parts of a handle.
pub(super) struct PersonName {
    pub(super) display_name: String,
    pub(super) given: String,
    pub(super) surname: String,
}

/// The frequency tables, made ready for drawing once per world.
pub(super) struct Names {
    surnames: Weighted,
    given_names: Weighted,
}

impl Names {
    pub(super) fn new() -> Self {
        Self {
            surnames: Weighted::new(SURNAMES.iter().map(|(_, _, weight)| *weight)),
            given_names: Weighted::new(GIVEN_NAMES.iter().map(|(_, _, weight)| *weight)),
        }
    }

    pub(super) fn person(&self, random: &mut RowRandom) -> PersonName {
        if random.chance(ENGLISH_PER_MILLE) {
            let (given, surname) = (random.pick(&ENGLISH_GIVEN_NAMES), random.pick(&ENGLISH_SURNAMES));
            return PersonName {
                display_name: format!("{given} {surname}"),
                given: given.to_lowercase(),
                surname: surname.to_lowercase(),
            };
        }
        let (surname, romanised_surname, _) = SURNAMES[self.surnames.sample(random)];
        let (given, romanised_given, _) = GIVEN_NAMES[self.given_names.sample(random)];
        PersonName {
            display_name: format!("{surname}{given}"),
            given: romanised_given.to_owned(),
            surname: romanised_surname.to_owned(),
        }
    }
}

/// A handle in one of the shapes people choose: `minjun_kim`, `kimminjun`, `minjun92`, `kim_minjun3`.
pub(super) fn handle(name: &PersonName, random: &mut RowRandom) -> String {
    let PersonName { given, surname, .. } = name;
    let year = random.between(70, 107) % 100;
    match random.below(5) {
        0 => format!("{given}_{surname}"),
        1 => format!("{surname}{given}"),
        2 => format!("{given}{year:02}"),
        3 => format!("{surname}_{given}{}", random.below(10)),
        _ => format!("{given}_{surname}{year:02}"),
    }
}

/// The name of company `row`: another pair of words for every row.
pub(super) fn company(row: usize) -> String {
    let (words, trades) = (COMPANY_WORDS.len(), TRADES.len());
    let first = row % words;
    let second = (first + 1 + (row / words) % (words - 1)) % words;
    format!("{}{} {}", COMPANY_WORDS[first], COMPANY_WORDS[second], TRADES[(row * 7 + row / trades) % trades])
}

/// The name of a company's team; `position` counts from 0 within the company.
pub(super) fn team(company: &Company, position: usize) -> &'static str {
    TEAMS[(company.row * 5 + position) % TEAMS.len()]
}
