// A unit that was read: its factor to canonical units as exactly as a decimal can say it.

using System.Numerics;

namespace FhirHub.Model;

/// <summary>A unit of UCUM with its way to canonical units.</summary>
public sealed class UcumUnit
{
    // Just below decimal.MaxValue, so that a check in double is safe.
    private const double DecimalLimit = 7.9e28;

    private readonly decimal _numerator;
    private readonly decimal _denominator;
    private readonly double _factor;
    private readonly UcumFunction? _function;
    private readonly decimal _functionScale;

    internal UcumUnit(UcumTerm term)
    {
        CanonicalUnits = term.CanonicalUnits;
        (_numerator, _denominator, _factor) = ToDecimals(term.Numerator, term.Denominator);
        _function = term.Function;
        _functionScale = term.FunctionScale;
    }

    /// <summary>The canonical units: base units in alphabetical order with their exponents, <c>1</c> for none.</summary>
    public string CanonicalUnits { get; }

    /// <summary>True for units whose values are not proportional to canonical ones, such as <c>Cel</c>, <c>[pH]</c> and <c>dB</c>.</summary>
    public bool IsSpecial => _function is not null;

    /// <summary>The value in <see cref="CanonicalUnits"/>; false where no <see cref="decimal"/> can hold it.</summary>
    public bool TryToCanonical(decimal value, out decimal canonical)
    {
        canonical = 0;
        if (_function is not null)
        {
            // The prefix of a special unit scales the function's argument (UCUM §22): 1 mCel is 0.001 Cel.
            if (Math.Abs((double)value * (double)_functionScale) > DecimalLimit
                || !_function.TryToProper(value * _functionScale, out value))
                return false;
        }

        if (_denominator != 0 && Math.Abs((double)value * (double)_numerator) < DecimalLimit)
        {
            var product = value * _numerator;
            if (Math.Abs((double)product / (double)_denominator) >= DecimalLimit)
                return false;
            canonical = product / _denominator;
            return true;
        }

        var approximate = (double)value * _factor;
        if (!double.IsFinite(approximate) || Math.Abs(approximate) >= DecimalLimit)
            return false;
        canonical = (decimal)approximate;
        return true;
    }

    // A fraction of two decimals keeps 6/min equal to 0.1/s; a denominator of 0 says that only the double is of use.
    private static (decimal Numerator, decimal Denominator, double Factor) ToDecimals(BigInteger numerator, BigInteger denominator)
    {
        var limit = new BigInteger(decimal.MaxValue);
        if (numerator <= limit && denominator <= limit)
            return ((decimal)numerator, (decimal)denominator, (double)numerator / (double)denominator);

        var exponent = (int)Math.Floor(BigInteger.Log10(numerator) - BigInteger.Log10(denominator));
        var shift = 27 - exponent;
        var digits = shift >= 0
            ? numerator * BigInteger.Pow(10, shift) / denominator
            : numerator / (denominator * BigInteger.Pow(10, -shift));
        var factor = (double)digits * Math.Pow(10, -shift);
        if (shift is < 0 or > 56 || digits > limit)
            return (0, 0, factor);
        var scale = Math.Min(shift, 28);
        return ((decimal)digits / (decimal)BigInteger.Pow(10, scale), (decimal)BigInteger.Pow(10, shift - scale), factor);
    }
}
