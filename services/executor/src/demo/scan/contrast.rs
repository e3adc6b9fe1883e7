//! The contrast of two colours, as WCAG 2 defines it.

/// The least contrast for text of usual size.
pub(super) const MIN_CONTRAST: f64 = 4.5;

/// The contrast between text and background of an inline style, where it names both in a simple way.
pub(super) fn style_contrast(style: &str) -> Option<f64> {
    let value = |names: &[&str]| {
        style
            .split(';')
            .filter_map(|it| it.split_once(':'))
            .find_map(|(name, value)| {
                names
                    .contains(&name.trim().to_ascii_lowercase().as_str())
                    .then(|| colour(value.trim()))
                    .flatten()
            })
    };
    Some(contrast(
        value(&["color"])?,
        value(&["background-color", "background"])?,
    ))
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn colour(text: &str) -> Option<[u8; 3]> {
    match text.to_ascii_lowercase().as_str() {
        "black" => Some([0; 3]),
        "white" => Some([255; 3]),
        "red" => Some([255, 0, 0]),
        "gray" | "grey" => Some([128; 3]),
        "yellow" => Some([255, 255, 0]),
        hex => hexadecimal(hex.strip_prefix('#')?),
    }
}

fn hexadecimal(digits: &str) -> Option<[u8; 3]> {
    let digits: Vec<u8> = digits
        .chars()
        .map(|it| it.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    match digits.as_slice() {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [r1, r2, g1, g2, b1, b2] => Some([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_has_the_greatest_contrast() {
        assert!((style_contrast("color: #000; background: white").unwrap() - 21.0).abs() < 0.01);
        assert!(
            (style_contrast("background-color:#FFFFFF;color:#767676").unwrap() - 4.54).abs() < 0.01
        );
    }

    #[test]
    fn colours_that_are_not_simple_are_not_judged() {
        assert_eq!(style_contrast("color: var(--ink); background: white"), None);
        assert_eq!(style_contrast("color: #12345"), None);
    }
}
