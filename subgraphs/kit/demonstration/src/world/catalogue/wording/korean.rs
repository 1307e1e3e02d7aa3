//! Korean particles: their form depends on whether the word before them ends in a consonant.

/// The word with the object particle: 을 after a consonant, 를 after a vowel.
pub(super) fn object(word: &str) -> String {
    with_particle(word, '을', '를')
}

/// The word with the subject particle: 이 after a consonant, 가 after a vowel.
pub(super) fn subject(word: &str) -> String {
    with_particle(word, '이', '가')
}

fn with_particle(word: &str, after_consonant: char, after_vowel: char) -> String {
    format!("{word}{}", if ends_in_consonant(word) { after_consonant } else { after_vowel })
}

/// Hangul syllables are ordered by their final consonant, 28 to a group with "none" first; of the Latin letters the
/// Korean names of L, M, N and R end in a consonant.
fn ends_in_consonant(word: &str) -> bool {
    match word.chars().last() {
        Some(last @ '가'..='힣') => !(u32::from(last) - u32::from('가')).is_multiple_of(28),
        Some(last) => matches!(last.to_ascii_lowercase(), 'l' | 'm' | 'n' | 'r'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{object, subject};

    #[test]
    fn particles_follow_the_last_sound() {
        assert_eq!(object("소유권과 빌림"), "소유권과 빌림을");
        assert_eq!(object("자료구조"), "자료구조를");
        assert_eq!(object("분석용 SQL"), "분석용 SQL을");
        assert_eq!(subject("Rust 매크로"), "Rust 매크로가");
        assert_eq!(subject("통기타 연습"), "통기타 연습이");
    }
}
