// All frames of an instance as a list that takes no memory: their number is what a file says of itself, and a file may say anything.

using System.Collections;

namespace FhirHub.Dicomweb;

/// <summary>The frames of an instance, from 0.</summary>
/// <param name="count">How many.</param>
internal sealed class AllFrames(int count) : IReadOnlyList<int>
{
    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public int this[int index] => index >= 0 && index < count ? index : throw new ArgumentOutOfRangeException(nameof(index));

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (var frame = 0; frame < count; frame++)
            yield return frame;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
