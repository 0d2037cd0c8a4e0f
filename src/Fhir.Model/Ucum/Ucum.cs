// Units of measure by UCUM: whether a code is valid, and its values in canonical units, so that 1 g equals 1000 mg.

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace FhirHub.Model;

/// <summary>The Unified Code for Units of Measure, case-sensitive (R4 search.html#quantity, datatypes.html#Quantity).</summary>
public static class Ucum
{
    /// <summary>The system URI of UCUM in FHIR.</summary>
    public const string System = "http://unitsofmeasure.org";

    /// <summary>Longest code that is read; longer ones count as invalid.</summary>
    public const int MaxLength = 256;

    // A hospital uses a few hundred codes. Hostile ones must not grow the cache without end, and starting anew is cheap.
    private const int CacheSize = 4096;

    private static readonly ConcurrentDictionary<string, UcumUnit?> Cache = new(StringComparer.Ordinal);

    /// <summary>True if the code follows the grammar and every unit in it exists.</summary>
    public static bool IsValid(string unit) => TryParse(unit, out _);

    /// <summary>Reads a unit code such as <c>mmol/L</c> or <c>10*3/uL</c>.</summary>
    public static bool TryParse(string unit, [NotNullWhen(true)] out UcumUnit? parsed)
    {
        parsed = null;
        if (unit.Length is 0 or > MaxLength)
            return false;
        if (!Cache.TryGetValue(unit, out parsed))
        {
            parsed = UcumParser.Parse(unit, UcumTable.Embedded);
            if (Cache.Count >= CacheSize)
                Cache.Clear();
            Cache[unit] = parsed;
        }

        return parsed is not null;
    }

    /// <summary>
    /// The value in canonical units: products of base units in alphabetical order (<c>g.m-3</c>), <c>1</c> for none. Values of
    /// equal canonical units are comparable. False for an invalid code and for a value that no <see cref="decimal"/> can hold.
    /// </summary>
    public static bool TryCanonicalize(string unit, decimal value, out decimal canonicalValue, out string canonicalUnits)
    {
        if (TryParse(unit, out var parsed) && parsed.TryToCanonical(value, out canonicalValue))
        {
            canonicalUnits = parsed.CanonicalUnits;
            return true;
        }

        canonicalValue = 0;
        canonicalUnits = "";
        return false;
    }
}
