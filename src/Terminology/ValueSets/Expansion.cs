// An answer of $expand: the entries of a page, and all that is to be told beside them.

using System.Buffers;

namespace FhirHub.Terminology;

/// <summary>An entry of an expansion.</summary>
/// <param name="Part">The part of the value set that it is of.</param>
/// <param name="Ordinal">The concept in the part's table; -1 for what the value set lists itself.</param>
/// <param name="Listed">What the value set lists, or null.</param>
public readonly record struct ExpansionEntry(ContentPart Part, int Ordinal, ListedConcept? Listed)
{
    /// <summary>The code, as its code system writes it.</summary>
    public string Code => Listed?.Code ?? ((TablePart)Part).Concepts.Table.Code(Ordinal);

    /// <summary>The concept; null if it is not known here.</summary>
    public Concept? Concept => Listed is null ? Part.CodeSystem!.At(Ordinal) : Listed.Concept;
}

/// <summary>An expansion of a value set (R4 valueset.html#expansion), whole or a page of it. Immutable.</summary>
public sealed class Expansion
{
    internal Expansion()
    {
    }

    /// <summary>The value set.</summary>
    public required ValueSetContent Content { get; init; }

    /// <summary>The entries of this page, in order.</summary>
    public required IReadOnlyList<ExpansionEntry> Entries { get; init; }

    /// <summary>Number of entries of all pages.</summary>
    public required int Total { get; init; }

    /// <summary>True if the value set has codes beside those that are known here (a code system of which only a part is known).</summary>
    public required bool IsUnclosed { get; init; }

    /// <summary>What was asked.</summary>
    public required ExpansionRequest Request { get; init; }

    /// <summary>The rules about versions and supplements that it was asked with.</summary>
    internal ScopeParameters Rules { get; init; } = ScopeParameters.None;

    /// <summary>True if entries may hold those below them.</summary>
    internal bool IsNested { get; init; }

    /// <summary>Names all content that the answer depends on; null if part of it came along with the request.</summary>
    internal string? State { get; init; }

    internal DateTimeOffset Time { get; init; }

    /// <summary>Writes the answer: a ValueSet with this expansion, as JSON.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new ExpansionWriter(this, output);
        writer.Write();
    }

    /// <summary>The answer: a ValueSet with this expansion, as JSON.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var output = new ArrayBufferWriter<byte>(1024 + (Entries.Count * 160));
        WriteTo(output);
        return output.WrittenMemory;
    }
}
