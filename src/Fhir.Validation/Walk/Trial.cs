// A walk over an element whose issues are counted and not told.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Whether an element meets a profile, and what it lacks.</summary>
/// <param name="isWhole">True to go on after the first fault, to know how near the element is and what is wrong.</param>
internal sealed class Trial(bool isWhole)
{
    private const int MaxFaults = 3;
    private readonly List<string> _faults = [];

    /// <summary>Number of errors.</summary>
    public int Errors { get; private set; }

    /// <summary>True if nothing more has to be looked at.</summary>
    public bool IsOver => !isWhole && Errors > 0;

    /// <summary>The first errors, as sentences.</summary>
    public string Faults => string.Join(" ", _faults);

    /// <summary>Notes what would be an issue.</summary>
    public void Note(IssueSeverity severity, MessageTemplate template, IReadOnlyList<string> arguments)
    {
        if (severity is not (IssueSeverity.Error or IssueSeverity.Fatal))
            return;
        Errors++;
        if (isWhole && _faults.Count < MaxFaults)
            _faults.Add(template.Format(MessageLanguage.English, arguments));
    }
}
