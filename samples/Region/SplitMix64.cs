// The region's own random numbers: the runtime's may differ between its versions, these can't.

namespace FhirHub.Samples.Region;

/// <summary>
/// Steele, Lea and Flood's SplitMix64. Each thing that is made has numbers of its own, derived from the seed and from what it is, so that
/// a change to one does not change all that follow.
/// </summary>
internal sealed class SplitMix64
{
    private ulong _state;

    private SplitMix64(ulong state) => _state = state;

    /// <summary>The numbers of one thing.</summary>
    public static SplitMix64 Of(long seed, string kind, int index)
    {
        // FNV-1a over the name; string.GetHashCode differs from process to process.
        var hash = 14695981039346656037UL;
        foreach (var character in kind)
            hash = (hash ^ character) * 1099511628211UL;
        var random = new SplitMix64((ulong)seed ^ hash);
        random._state = random.Next() ^ (ulong)index;
        random._state = random.Next();
        return random;
    }

    /// <summary>The numbers that follow a state.</summary>
    public static SplitMix64 FromState(ulong state) => new(state);

    /// <summary>A number from 0 to below the bound.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A number within both bounds.</summary>
    public int Between(int least, int greatest) => least + Below(greatest - least + 1);

    /// <summary>True so many times in a hundred.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>A number of so many digits, the first of which may be 0.</summary>
    public string Digits(int count) => string.Create(count, this, static (text, random) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = (char)('0' + random.Below(10));
    });

    /// <summary>The next number.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
