// A walk over an element whose issues are counted and not told.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Whether an element meets a profile, and how far it is from that.</summary>
/// <param name="isWhole">True to go on after the first fault, to know how near the element is.</param>
internal sealed class Trial(bool isWhole)
{
    /// <summary>Number of errors.</summary>
    public int Errors { get; private set; }

    /// <summary>True if nothing more has to be looked at.</summary>
    public bool IsOver => !isWhole && Errors > 0;

    /// <summary>Notes what would be an issue.</summary>
    public void Note(IssueSeverity severity)
    {
        if (severity is IssueSeverity.Error or IssueSeverity.Fatal)
            Errors++;
    }
}
