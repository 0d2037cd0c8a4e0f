// What people write for a unit, and the code that UCUM has for it.

using System.Collections.Frozen;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Suggests units, so that a message can say what would be right.</summary>
internal static class CommonUnits
{
    private const int LongestAnnotation = 32;

    // A code, and what is written for it.
    private const string Table = """
        mm[Hg] = mmHg, mm Hg
        cm[H2O] = cmH2O, cm H2O
        /min = bpm, beats/min, beats/minute, breaths/min, breaths/minute, 次/分
        ug = mcg, μg, µg
        ug/L = mcg/L
        ug/mL = mcg/mL
        ug/dL = mcg/dL
        ug/h = mcg/h
        umol/L = μmol/L, µmol/L
        mg = milligram, milligrams, 毫克
        g = gm, gram, grams, 克
        kg = kgs, kilogram, kilograms, 公斤
        [lb_av] = lb, lbs, pound, pounds
        [oz_av] = oz, ounce
        [in_i] = inch, inches
        [ft_i] = ft, feet
        cm = 厘米
        mm = 毫米
        m = 米
        Cel = °C, ℃, degC, celsius
        [degF] = °F, degF, fahrenheit
        mL = cc, milliliter, millilitre, 毫升
        L = liter, litre, 升
        mL/h = ml/hr, mL/hour
        mg/h = mg/hr
        [IU] = IU
        [IU]/L = IU/L
        [IU]/mL = IU/mL
        m[IU]/L = mIU/L
        m[IU]/mL = mIU/mL
        u[IU]/mL = uIU/mL
        meq = mEq
        meq/L = mEq/L
        mosm/kg = mOsm/kg
        mmol/L = mmol per litre, mmol per liter
        10*3/uL = K/uL, 10^3/uL, x10^3/uL, x10E3/uL
        10*6/uL = M/uL, 10^6/uL, x10^6/uL, x10E6/uL
        10*9/L = 10^9/L, x10^9/L
        10*12/L = 10^12/L, x10^12/L
        kg/m2 = kg/m^2, kg/m²
        mL/min/{1.73_m2} = mL/min/1.73m2, mL/min/1.73 m2, ml/min/1.73m^2
        mm/h = mm/hr
        s = sec, secs, second, seconds, 秒
        min = mins, minute, minutes, 分钟
        h = hr, hrs, hour, hours, 小时
        d = day, days, 天, 日
        wk = week, weeks, 周
        mo = month, months, 月
        a = year, years, yr, 年, 岁
        [drp] = drop, drops, gtt
        % = percent, pct, ％
        {ratio} = ratio
        {tbl} = tab, tabs, tablet, tablets, 片
        {each} = ea, each
        {capsule} = 粒, capsule
        {puff} = puff
        {score} = score
        """;

    private static readonly FrozenDictionary<string, string> Codes = Read().ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The codes of the table.</summary>
    public static IEnumerable<string> All => Codes.Values.Distinct(StringComparer.Ordinal);

    /// <summary>The code that was likely meant, or null: a unit of the table, another case, or what is counted in braces.</summary>
    /// <param name="unit">What is no unit of UCUM.</param>
    public static string? Suggest(string unit)
    {
        var plain = unit.Trim();
        if (Codes.TryGetValue(plain, out var code))
            return code;
        if (plain.Length is 0 or > LongestAnnotation)
            return null;
        if (plain.ToLowerInvariant() is var lower && lower != unit && Ucum.IsValid(lower))
            return lower;
        if (plain != unit && Ucum.IsValid(plain))
            return plain;
        var counted = plain.Trim('(', ')', '[', ']');
        return counted.Length > 0 && plain[0] == '(' && counted.All(static c => char.IsAsciiLetter(c) || c == '_') ? $"{{{counted}}}" : null;
    }

    private static Dictionary<string, string> Read()
    {
        var codes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Table.Split('\n', StringSplitOptions.TrimEntries))
        {
            var equals = line.IndexOf(" = ", StringComparison.Ordinal);
            foreach (var written in line[(equals + 3)..].Split(", "))
                codes[written] = line[..equals];
        }

        return codes;
    }
}
