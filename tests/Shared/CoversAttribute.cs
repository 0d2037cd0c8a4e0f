// Says which numbered requirements a test is the test of; docs/conformance.md has the table, and a test holds both to each other.

namespace FhirHub.Tests;

/// <summary>The numbers of requirements that a test proves.</summary>
/// <param name="list"><see cref="Smart"/> or <see cref="Inferno"/>.</param>
/// <param name="numbers">The numbers in that list.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class CoversAttribute(string list, params int[] numbers) : Attribute
{
    /// <summary>The numbered server requirements of SMART App Launch 2.2.0.</summary>
    public const string Smart = "smart";

    /// <summary>The numbered checks of the certification kits.</summary>
    public const string Inferno = "inferno";

    public string List { get; } = list;

    public IReadOnlyList<int> Numbers { get; } = numbers;
}
