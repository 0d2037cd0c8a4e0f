// Tests that need a browser: where it is missing they are skipped, and say so.

using FhirHub.Tests;

namespace FhirHub.SmartApp.Tests;

/// <summary>A test in the browser.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Chromium.Missing;
}

/// <summary>The same test in several ways.</summary>
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute() => Skip = Chromium.Missing;
}
