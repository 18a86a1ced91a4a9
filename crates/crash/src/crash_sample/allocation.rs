//! How large a sample must be, and how much of it each stratum gives.

/// What a sample is to estimate, and how well.
#[derive(Clone, Copy, Debug)]
pub struct Design {
    /// Quantile of the normal distribution for the confidence: 1.96 for 95%.
    pub z: f64,
    /// Margin of error of the share.
    pub error: f64,
    /// The share, as it is expected.
    pub share: f64,
}

/// A sample shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The size that the formula asks for.
    pub size: u64,
    /// How many to draw from each stratum; rounded up, so more than `size` together.
    pub samples: Vec<u64>,
}

impl Design {
    /// The size of a sample without replacement from `population`, cut to a whole number as in the study.
    pub fn size(self, population: u64) -> u64 {
        let variance = self.share * (1.0 - self.share);
        let zz = self.z * self.z;
        let size = zz * variance / (self.error * self.error + zz * variance / population as f64);
        if size.is_finite() { size as u64 } else { 0 }
    }

    /// Shares the sample out over strata of these sizes.
    pub fn allocate(self, strata: &[u64]) -> Allocation {
        let population: u64 = strata.iter().sum();
        let size = self.size(population);
        // The order of the operations is the study's: the quotient first.
        let rate = if population == 0 { 0.0 } else { size as f64 / population as f64 };
        let samples = strata.iter().map(|&stratum| (rate * stratum as f64).ceil() as u64).collect();
        Allocation { size, samples }
    }
}

#[cfg(test)]
mod tests {
    use super::Design;

    const GITHUB: [u64; 66] = [
        25840, 24028, 5882, 5012, 4410, 3238, 1444, 1270, 897, 862, 800, 702, 685, 682, 676, 630, 615, 557,
        502, 402, 364, 362, 362, 352, 325, 308, 305, 297, 286, 272, 268, 256, 251, 250, 246, 240, 240, 236,
        235, 233, 223, 217, 211, 189, 173, 168, 165, 161, 159, 156, 155, 153, 151, 141, 133, 131, 129, 124,
        121, 120, 119, 114, 114, 110, 106, 102,
    ];
    const KAGGLE: [u64; 51] = [
        1140, 1042, 225, 210, 172, 124, 64, 53, 53, 47, 39, 37, 36, 35, 33, 33, 32, 30, 27, 23, 22, 20, 20,
        20, 19, 16, 16, 15, 15, 15, 15, 14, 13, 13, 13, 13, 12, 12, 12, 12, 11, 11, 11, 10, 10, 10, 10, 10,
        10, 10, 10,
    ];

    fn design(pilot: u64, of: u64) -> Design {
        Design { z: 1.96, error: 0.05, share: pilot as f64 / of as f64 }
    }

    #[test]
    fn sizes_of_the_study() {
        assert_eq!((GITHUB.iter().sum(), KAGGLE.iter().sum()), (88_667_u64, 3_875_u64));
        assert_eq!(design(244, 394).size(88_667), 360);
        assert_eq!(design(199, 324).size(3_875), 332);
        assert_eq!((design(1, 2).size(88_667), design(1, 2).size(3_875)), (382, 349));
    }

    #[test]
    fn strata_of_the_study() {
        let github = design(244, 394).allocate(&GITHUB);
        assert_eq!(github.samples.iter().sum::<u64>(), 390);
        assert_eq!(github.samples[..8], [105, 98, 24, 21, 18, 14, 6, 6]);
        let kaggle = design(199, 324).allocate(&KAGGLE);
        assert_eq!(kaggle.samples.iter().sum::<u64>(), 356);
        assert_eq!(kaggle.samples[..8], [98, 90, 20, 18, 15, 11, 6, 5]);
        // All 117: what is drawn is the least whole number that is no smaller than the stratum's part.
        for (strata, size, samples) in
            [(&GITHUB[..], 360_u64, &github.samples), (&KAGGLE[..], 332, &kaggle.samples)]
        {
            let population: u64 = strata.iter().sum();
            for (&stratum, &sample) in strata.iter().zip(samples) {
                assert!(sample * population >= size * stratum && (sample - 1) * population < size * stratum);
            }
        }
    }

    #[test]
    fn nothing_to_draw_from() {
        assert_eq!(design(1, 2).allocate(&[]).size, 0);
        assert_eq!(design(1, 2).allocate(&[1]).samples, [0]);
    }
}
