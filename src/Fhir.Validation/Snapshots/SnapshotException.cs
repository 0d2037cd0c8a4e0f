// Why a snapshot can't be made, in a sentence for the author of the profile.

namespace FhirHub.Validation;

/// <summary>A profile whose differential does not fit what it constrains (R4 profiling.html).</summary>
public sealed class SnapshotException : Exception
{
    /// <summary>A fault of one element.</summary>
    /// <param name="profile">The canonical URL of the profile at fault.</param>
    /// <param name="element">The id of the element at fault, or null for the profile as a whole.</param>
    /// <param name="problem">What is wrong and what to do, as a sentence.</param>
    public SnapshotException(string profile, string? element, string problem)
        : base(element is null ? $"{profile}: {problem}" : $"{profile}, element {element}: {problem}")
    {
        Profile = profile;
        Element = element;
    }

    /// <summary>The canonical URL of the profile at fault.</summary>
    public string Profile { get; }

    /// <summary>The id of the element at fault, or null.</summary>
    public string? Element { get; }
}
