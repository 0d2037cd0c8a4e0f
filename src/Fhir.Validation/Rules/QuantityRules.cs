// What UCUM says of a quantity's unit.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of quantities with a UCUM code (R4 datatypes.html#Quantity).</summary>
internal static class QuantityRules
{
    /// <summary>Checks a Quantity or one of its kinds.</summary>
    public static void Check(ValidationWalk walk, ElementNode quantity)
    {
        var system = quantity.Child("system");
        var code = quantity.Child("code");
        if (!system.Exists || !code.Exists || !system.ValueEquals("http://unitsofmeasure.org"u8) || code.GetString() is not { } unit)
            return;
        if (!Ucum.TryParse(unit, out _))
        {
            if (CommonUnits.Suggest(unit) is { } meant)
                walk.Report(code, IssueSeverity.Error, "code-invalid", ValueMessages.UcumCodeMeant, unit, meant);
            else
                walk.Report(code, IssueSeverity.Error, "code-invalid", ValueMessages.UcumCode, unit);
            return;
        }

        // An annotation by itself, such as {score}, only names what is counted.
        if (walk.ReportsBestPractice && unit.IndexOf('{', StringComparison.Ordinal) > 0)
            walk.Report(code, IssueSeverity.Information, "informational", ValueMessages.UcumAnnotation, unit);
        CheckText(walk, quantity.Child("unit"), unit);
    }

    private static void CheckText(ValidationWalk walk, ElementNode text, string code)
    {
        // C and F are what people call Cel and [degF], not coulomb and farad.
        if (text.Exists && text.GetString() is { } unit && unit != code && unit is not ("C" or "F")
            && Ucum.TryCanonicalize(unit, 1, out var shown, out var shownUnits) && Ucum.TryCanonicalize(code, 1, out var meant, out var meantUnits)
            && (shown != meant || shownUnits != meantUnits))
        {
            walk.Report(text, IssueSeverity.Information, "informational", ValueMessages.UnitText, unit, code);
        }
    }
}
