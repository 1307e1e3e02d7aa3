//! Names in addresses.

#[cfg(test)]
mod tests;

/// Longest slug, in bytes: what the column holds.
pub const SLUG_LENGTH_MAX: usize = 120;

/// Whether this is a slug: words of lower-case ASCII letters and digits, with single hyphens between them.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= SLUG_LENGTH_MAX && text.split('-').all(is_word)
}

/// A slug of a title and of `unique`, which keeps courses of one title apart. Letters beyond ASCII are left out.
#[must_use]
pub fn slug_of_title(title: &str, unique: &str) -> String {
    let room = SLUG_LENGTH_MAX.saturating_sub(unique.len() + 1);
    let lower = title.to_ascii_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words.take_while(|word| word.len() <= room) {
        if slug.len() + word.len() + 1 > room {
            break;
        }
        slug.push_str(word);
        slug.push('-');
    }
    slug + unique
}
