// The functions of special units: temperatures with an offset, logarithms, tangents (UCUM §21-22, tables of special units).

namespace FhirHub.Model;

/// <summary>Turns a special unit's value into one of its proper unit.</summary>
internal sealed class UcumFunction
{
    private readonly Func<decimal, decimal>? _exact;
    private readonly Func<double, double>? _approximate;

    private UcumFunction(Func<decimal, decimal> exact) => _exact = exact;

    private UcumFunction(Func<double, double> approximate) => _approximate = approximate;

    // Temperatures are what clinics measure, so they are exact; their units' factor (5/9, 5/4) is in the function.
    private static readonly Dictionary<string, UcumFunction> ByName = new(StringComparer.Ordinal)
    {
        ["Cel"] = new((decimal v) => v + 273.15m),
        ["degF"] = new((decimal v) => (v + 459.67m) * 5 / 9),
        ["degRe"] = new((decimal v) => (v * 5 / 4) + 273.15m),
        ["sqrt"] = new((double v) => v * v),
        ["pH"] = new((double v) => Math.Pow(10, -v)),
        ["ln"] = new((double v) => Math.Exp(v)),
        ["lg"] = new((double v) => Math.Pow(10, v)),
        ["lgTimes2"] = new((double v) => Math.Pow(10, v / 2)),
        ["ld"] = new((double v) => Math.Pow(2, v)),
        ["tanTimes100"] = new((double v) => Math.Atan(v / 100)),
        ["100tan"] = new((double v) => Math.Atan(v / 100) * 180 / Math.PI),
        ["hpX"] = new((double v) => Math.Pow(10, -v)),
        ["hpC"] = new((double v) => Math.Pow(100, -v)),
        ["hpM"] = new((double v) => Math.Pow(1000, -v)),
        ["hpQ"] = new((double v) => Math.Pow(50000, -v)),
    };

    public static UcumFunction Find(string name) => ByName[name];

    public bool TryToProper(decimal value, out decimal proper)
    {
        proper = 0;
        if (_exact is not null)
        {
            if (Math.Abs(value) > 1e20m)
                return false;
            proper = _exact(value);
            return true;
        }

        var result = _approximate!((double)value);
        if (!double.IsFinite(result) || Math.Abs(result) > 1e28)
            return false;
        proper = (decimal)result;
        return true;
    }
}
