// What tells one slice from the others, read from the slice's own rules.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>What a repetition must have at the path of one discriminator to be in a slice (R4 profiling.html#discriminator).</summary>
/// <param name="Steps">The path.</param>
internal sealed record SliceTest(IReadOnlyList<PathStep> Steps)
{
    /// <summary>The URL of an extension in UTF-8, which is all that tells extensions apart; empty for other tests.</summary>
    public byte[] ExtensionUrl { get; init; } = [];

    /// <summary>A fixed value or a pattern, or "no such element".</summary>
    public ElementNode Value { get; init; }

    /// <summary>True if <see cref="Value"/> is a pattern.</summary>
    public bool IsPattern { get; init; }

    /// <summary>A value set that the value must be in, or null.</summary>
    public string? ValueSet { get; init; }

    /// <summary>Whether the element must be there; null for other tests.</summary>
    public bool? Exists { get; init; }

    /// <summary>The types that it may have; empty for other tests.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; init; } = [];

    /// <summary>The profiles, one of which it must meet; empty for other tests.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>The place among the repetitions, from 0; -1 for other tests.</summary>
    public int Position { get; init; } = -1;
}
