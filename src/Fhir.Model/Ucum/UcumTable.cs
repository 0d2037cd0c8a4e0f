// The prefixes and units of UCUM, from the embedded table that the build compiles.

using System.Globalization;
using System.Numerics;

namespace FhirHub.Model;

/// <summary>
/// The table: one line per unit or prefix, fields parted by tabs. <c>P code factor</c>; <c>B code</c> for a base unit;
/// <c>A code metric</c> for an arbitrary unit; <c>U code metric factor unit function</c> for a defined one.
/// </summary>
internal sealed class UcumTable
{
    private static readonly Lazy<UcumTable> LazyEmbedded = new(Load);

    private readonly Dictionary<string, (decimal Scale, UcumTerm Term)> _prefixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Unit> _units = new(StringComparer.Ordinal);

    public static UcumTable Embedded => LazyEmbedded.Value;

    /// <summary>Codes of the units, without prefixes.</summary>
    public IEnumerable<string> Codes => _units.Keys;

    /// <summary>The unit of that symbol, which may have a prefix; null if there is none.</summary>
    public UcumTerm? Find(ReadOnlySpan<char> symbol)
    {
        var units = _units.GetAlternateLookup<ReadOnlySpan<char>>();
        if (units.TryGetValue(symbol, out var unit))
            return unit.Term;

        var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var length = Math.Min(2, symbol.Length - 1); length > 0; length--)
        {
            if (prefixes.TryGetValue(symbol[..length], out var prefix)
                && units.TryGetValue(symbol[length..], out unit) && unit is { IsMetric: true, Term: { } term })
            {
                return term.Function is { } function ? term.WithFunction(function, prefix.Scale) : term.Times(prefix.Term, 1);
            }
        }

        return null;
    }

    private static UcumTable Load()
    {
        using var reader = new StreamReader(DefinitionsReader.Open("ucum.tsv"));
        var table = new UcumTable();
        var defined = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            switch (fields[0])
            {
                case "P":
                    var term = Factor(fields[2]);
                    table._prefixes[fields[1]] = ((decimal)term.Numerator / (decimal)term.Denominator, term);
                    break;
                case "B":
                    table._units[fields[1]] = new Unit(true, UcumTerm.Base(fields[1]));
                    break;
                case "A":
                    table._units[fields[1]] = new Unit(fields[2] == "1", UcumTerm.Base(fields[1]));
                    break;
                default:
                    defined.Add(fields);
                    break;
            }
        }

        table.Define(defined);
        return table;
    }

    // Units are defined by others in any order; each round resolves those whose parts are known.
    private void Define(List<string[]> defined)
    {
        while (defined.Count > 0)
        {
            var left = new List<string[]>();
            foreach (var fields in defined)
            {
                if (UcumParser.ParseTerm(fields[4], this)?.Times(Factor(fields[3]), 1) is not { } term)
                {
                    left.Add(fields);
                    continue;
                }

                if (fields[5].Length > 0)
                    term = term.WithFunction(UcumFunction.Find(fields[5]), 1);
                _units[fields[1]] = new Unit(fields[2] == "1", term);
            }

            if (left.Count == defined.Count)
                throw new InvalidOperationException($"The UCUM table defines {left[0][1]} by {left[0][4]}, which it does not know.");
            defined = left;
        }
    }

    // 1.6605402e-24 as an exact fraction.
    private static UcumTerm Factor(string text)
    {
        var e = text.IndexOfAny(['e', 'E']);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        var digits = BigInteger.Parse(mantissa, CultureInfo.InvariantCulture);
        return exponent < 0
            ? UcumTerm.Number(digits, BigInteger.Pow(10, -exponent))
            : UcumTerm.Number(digits * BigInteger.Pow(10, exponent), 1);
    }

    private sealed record Unit(bool IsMetric, UcumTerm Term);
}
