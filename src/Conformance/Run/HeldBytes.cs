// How much one script may hold in memory: its fixtures, what it sends and what it is answered are kept until its report is written.

namespace FhirHub.Conformance;

/// <summary>Counts what one run of a script holds.</summary>
/// <param name="most">Bytes that it may hold.</param>
internal sealed class HeldBytes(long most)
{
    private long _held;

    /// <summary>What is said where there would be more.</summary>
    public string Excess { get; } = $"all fixtures, requests and answers of the script together are longer than {most} bytes";

    /// <summary>Begins anew: what a script made is removed however much it holds.</summary>
    public void Clear() => _held = 0;

    /// <summary>Counts further bytes; false if they are too many.</summary>
    public bool TryTake(long bytes) => (_held += bytes) <= most;

    /// <summary>Counts further bytes.</summary>
    /// <exception cref="StepException">They are too many.</exception>
    public void Take(long bytes)
    {
        if (!TryTake(bytes))
            throw new StepException($"The script holds too much: {Excess}. Make it several scripts.");
    }
}
