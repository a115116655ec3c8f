//! Check digits: which numbers are sound.

/// ISO/IEC 7812-1, Annex B: payment cards and many customer numbers. `false` for what is no number.
pub(super) fn luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|c| char::from(c).to_digit(10));
    let sum = digits.enumerate().try_fold(0, |sum, (at, digit)| {
        let digit = digit?;
        let doubled = if at % 2 == 1 { digit * 2 } else { digit };
        Some(sum + doubled / 10 + doubled % 10)
    });
    !number.is_empty() && sum.is_some_and(|sum| sum % 10 == 0)
}

/// ISO 13616 with ISO 7064 MOD 97-10: the first four characters go to the end, letters count from 10, 1 remains.
pub(super) fn mod97(code: &str) -> bool {
    let Some((head, tail)) = code.split_at_checked(4) else {
        return false;
    };
    let remainder = tail.chars().chain(head.chars()).try_fold(0, |sum, c| {
        let value = c.to_digit(36)?;
        Some((sum * if value < 10 { 10 } else { 100 } + value) % 97)
    });
    remainder == Some(1)
}

/// As of ISBN-10: weights 1, 2, 3 … from the right, `X` is a last digit of ten, nothing remains.
pub(super) fn mod11(code: &str) -> bool {
    let sum = (1..)
        .zip(code.chars().rev())
        .try_fold(0, |sum, (weight, c)| {
            let value = match c {
                'X' if weight == 1 => 10,
                _ => c.to_digit(10)?,
            };
            Some((sum + weight * value) % 11)
        });
    code.len() > 1 && sum == Some(0)
}

/// As of air tickets: the last digit is what remains of the number before it when divided by seven.
pub(super) fn mod7(code: &str) -> bool {
    let Some((number, check)) = code.split_at_checked(code.len().saturating_sub(1)) else {
        return false;
    };
    let remainder = number
        .chars()
        .try_fold(0, |sum, c| Some((sum * 10 + c.to_digit(10)?) % 7));
    let check = check.chars().next().and_then(|c| c.to_digit(10));
    !number.is_empty() && remainder.is_some() && remainder == check
}

/// 49 CFR 565.15: letters count as digits, places have weights, the remainder by 11 stands in the ninth place.
pub(super) fn vin(vin: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = vin
        .bytes()
        .zip(WEIGHTS)
        .map(|(c, weight)| weight * vin_value(c))
        .sum();
    let expected = match sum % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('X'),
    };
    vin.chars().nth(8) == Some(expected)
}

fn vin_value(c: u8) -> u32 {
    u32::from(match c {
        b'0'..=b'9' => c - b'0',
        b'A'..=b'H' => c - b'A' + 1,
        b'J'..=b'R' => c - b'J' + 1,
        b'S'..=b'Z' => c - b'S' + 2,
        _ => 0,
    })
}

/// The letter of a Spanish identity number: the remainder by 23 picks it; a leading X, Y or Z counts as 0, 1 or 2.
pub(super) fn dni(code: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let Some((number, letter)) = code.split_at_checked(code.len().saturating_sub(1)) else {
        return false;
    };
    let number = match number.as_bytes().first() {
        Some(b'X') => number.replacen('X', "0", 1),
        Some(b'Y') => number.replacen('Y', "1", 1),
        Some(b'Z') => number.replacen('Z', "2", 1),
        _ => number.to_owned(),
    };
    let number: Option<usize> = (number.len() == 8).then(|| number.parse().ok()).flatten();
    number.is_some_and(|number| letter.as_bytes() == [LETTERS[number % 23]])
}
