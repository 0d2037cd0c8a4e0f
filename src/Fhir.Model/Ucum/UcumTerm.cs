// A unit while it is being worked out: an exact fraction and the exponents of its base units.

using System.Numerics;

namespace FhirHub.Model;

/// <summary>A product of base units with an exact factor; or a special unit, which has a function instead.</summary>
internal sealed class UcumTerm
{
    // Numbers beyond this come from hostile codes only: the largest real factor, a light year cubed, has 200 bits.
    private const long MaxBits = 4096;

    private readonly SortedDictionary<string, int> _exponents;

    private UcumTerm(BigInteger numerator, BigInteger denominator, SortedDictionary<string, int> exponents)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
        _exponents = exponents;
    }

    public static UcumTerm One { get; } = new(1, 1, []);

    public BigInteger Numerator { get; }

    public BigInteger Denominator { get; }

    /// <summary>The function of a special unit; it yields values in this term's units.</summary>
    public UcumFunction? Function { get; private init; }

    /// <summary>What a special unit's value is multiplied by before the function: its prefix.</summary>
    public decimal FunctionScale { get; private init; } = 1;

    public string CanonicalUnits => _exponents.Count == 0
        ? "1"
        : string.Join('.', _exponents.Select(e => e.Value == 1 ? e.Key : $"{e.Key}{e.Value}"));

    public static UcumTerm Base(string code) => new(1, 1, new SortedDictionary<string, int>(StringComparer.Ordinal) { [code] = 1 });

    public static UcumTerm Number(BigInteger numerator, BigInteger denominator) => new(numerator, denominator, []);

    public UcumTerm WithFunction(UcumFunction function, decimal scale) =>
        new(Numerator, Denominator, _exponents) { Function = function, FunctionScale = scale };

    /// <summary>This times the other one to that power; null where UCUM knows no such product or the numbers run out of bounds.</summary>
    public UcumTerm? Times(UcumTerm other, int power)
    {
        // Special units take part in no product (UCUM §21), but standing alone is a product with 1.
        if (other.Function is not null)
            return power == 1 && ReferenceEquals(this, One) ? other : null;
        if (Function is not null)
            return null;

        var size = Math.Abs(power);
        if ((Math.Max(other.Numerator.GetBitLength(), other.Denominator.GetBitLength()) * size) > MaxBits)
            return null;
        var (up, down) = power < 0 ? (other.Denominator, other.Numerator) : (other.Numerator, other.Denominator);
        var exponents = new SortedDictionary<string, int>(_exponents, StringComparer.Ordinal);
        foreach (var (code, exponent) in other._exponents)
        {
            var sum = exponents.GetValueOrDefault(code) + (exponent * power);
            if (sum == 0)
                exponents.Remove(code);
            else
                exponents[code] = sum;
        }

        var product = new UcumTerm(Numerator * BigInteger.Pow(up, size), Denominator * BigInteger.Pow(down, size), exponents);
        return product.Numerator.GetBitLength() > MaxBits || product.Denominator.GetBitLength() > MaxBits ? null : product;
    }
}
