// A clock that stands still until a test moves it.

namespace FhirHub.Smart.Tests;

/// <summary>A clock of the test's own.</summary>
public sealed class FakeTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
