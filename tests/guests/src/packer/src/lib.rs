// SPDX-License-Identifier: Apache-2.0
//! A module without imports: deflates, inflates and hashes text that it makes itself.
use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec};
use sha2::{Digest, Sha256};

fn text(size: usize) -> Vec<u8> {
    let words = ["stack", "table", "local", "global", "memory", "function", "block", "loop"];
    let mut seed = 1u32;
    let mut out = Vec::with_capacity(size + 16);
    while out.len() < size {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        out.extend_from_slice(words[seed as usize % words.len()].as_bytes());
        out.push(if seed % 11 == 0 { b'\n' } else { b' ' });
    }
    out.truncate(size);
    out
}

fn head(data: &[u8]) -> u32 {
    u32::from_be_bytes(Sha256::digest(data)[..4].try_into().unwrap())
}

/// Packed size of `size` bytes of text at `level` (0 to 10), or 0 when the way back fails.
#[unsafe(no_mangle)]
pub extern "C" fn packed_size(size: u32, level: u32) -> u32 {
    let plain = text(size as usize);
    let packed = compress_to_vec(&plain, level.min(10) as u8);
    match decompress_to_vec(&packed) {
        Ok(back) if back == plain => packed.len() as u32,
        _ => 0,
    }
}

/// The first 31 bits of SHA-256 of `size` bytes of text.
#[unsafe(no_mangle)]
pub extern "C" fn hash_head(size: u32) -> u32 {
    head(&text(size as usize)) >> 1
}
