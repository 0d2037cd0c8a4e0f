// The seam through which validation asks for definitions and codes.

namespace FhirHub.Model;

/// <summary>Knows StructureDefinitions, Questionnaires, value sets and code systems: those of R4, of packages and those created here.</summary>
public interface IConformanceResources
{
    /// <summary>What there is at this moment.</summary>
    ValueTask<IConformanceScope> OpenAsync(CancellationToken cancel);
}

/// <summary>Definitions and codes of one moment.</summary>
public interface IConformanceScope
{
    /// <summary>Differs whenever a definition, value set or code system was added, changed or removed; what was read holds while it is the same.</summary>
    string State { get; }

    /// <summary>The resource of a canonical URL with or without <c>|version</c>, the latest version in the second case; null if there is none.</summary>
    /// <param name="resourceType"><c>StructureDefinition</c>, <c>Questionnaire</c>, <c>ValueSet</c>, …</param>
    /// <param name="canonical">The canonical URL.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<ResourceTree?> FindAsync(string resourceType, string canonical, CancellationToken cancel);

    /// <summary>Opens a value set for questions.</summary>
    /// <exception cref="TerminologyException">It is unknown or can't be worked out.</exception>
    ValueTask<IOpenValueSet> OpenValueSetAsync(string canonical, CancellationToken cancel);

    /// <summary>
    /// Opens a code system for questions, under any of its names; null if it is not known here, or not in that version. One that is known
    /// by name alone has no concepts, and is not complete.
    /// </summary>
    ValueTask<IOpenCodeSystem?> OpenCodeSystemAsync(string system, string? version, CancellationToken cancel);
}

/// <summary>Whether a code is in a value set.</summary>
public enum Membership
{
    /// <summary>It is.</summary>
    In,

    /// <summary>It is not.</summary>
    NotIn,

    /// <summary>Nobody here can tell, since a code system that the value set draws on is not known.</summary>
    Unknown,
}

/// <summary>A value set that answers without waiting. Immutable; safe to use from several threads.</summary>
public interface IOpenValueSet
{
    /// <summary>The canonical with its version, for messages.</summary>
    string Name { get; }

    /// <summary>True if it certainly has no other codes than those that it can tell, so that its codes need no system.</summary>
    bool IsComplete { get; }

    /// <summary>Whether it has that code.</summary>
    /// <param name="system">The code system under any of its names; null for a code that comes without one.</param>
    /// <param name="version">The code system's version, or null for any.</param>
    /// <param name="code">The code.</param>
    Membership Find(string? system, string? version, string code);

    /// <summary>All codes if there are <paramref name="most"/> at most, for messages; null otherwise.</summary>
    IReadOnlyList<string>? Codes(int most);

    /// <summary>The code systems that have a code in it, for messages that say which system was meant.</summary>
    IReadOnlyList<string> SystemsOf(string code);
}

/// <summary>A code system that answers without waiting. Immutable; safe to use from several threads.</summary>
public interface IOpenCodeSystem
{
    /// <summary>The URL with its version, for messages.</summary>
    string Name { get; }

    /// <summary>True if all of its codes are known here, so that any other is wrong.</summary>
    bool IsComplete { get; }

    /// <summary>The concept of a code, or null.</summary>
    /// <param name="code">The code, in the case of the code system unless that says that case makes no difference.</param>
    OpenConcept? Find(string code);
}

/// <summary>What there is to know of a code.</summary>
/// <param name="Code">The code as its code system writes it.</param>
/// <param name="Display">The display of the code system itself, or null.</param>
/// <param name="Displays">All texts that may stand for it, in any language, the display included.</param>
/// <param name="IsInactive">True if it must not be used any more.</param>
/// <param name="IsDeprecated">True if its use is discouraged.</param>
/// <param name="IsAbstract">True if it groups others and must not be used for itself.</param>
public sealed record OpenConcept(string Code, string? Display, IReadOnlyList<string> Displays, bool IsInactive, bool IsDeprecated, bool IsAbstract)
{
    /// <summary>True if the text may stand for it; case and white space make no difference.</summary>
    public bool IsCalled(string text)
    {
        if (string.Equals(text, Display, StringComparison.Ordinal))
            return true;
        foreach (var display in Displays)
        {
            if (DisplayText.AreSame(text, display))
                return true;
        }

        return false;
    }
}
