// Whether what a Patient's elements say about birth, death and gender agrees.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of patients.</summary>
internal static class PatientRules
{
    /// <summary>Checks a Patient.</summary>
    public static void Check(ValidationWalk walk, ElementNode patient)
    {
        var birth = patient.Child("birthDate");
        var born = birth.Exists ? birth.GetString() : null;
        var deceased = patient.Child("deceased");
        if (born is not null && deceased is { Exists: true, IsQuoted: true } && deceased.GetString() is { } died && IsBefore(died, born))
            walk.Report(deceased, IssueSeverity.Warning, "business-rule", ValueMessages.DeathBeforeBirth, died, born);
        foreach (var identifier in patient.ChildrenOf("identifier"))
            CheckResidentId(walk, patient, identifier, born);
    }

    private static void CheckResidentId(ValidationWalk walk, ElementNode patient, ElementNode identifier, string? born)
    {
        if (identifier.ChildValue("system") is not { } system || !ResidentId.Systems.Contains(system, StringComparer.Ordinal)
            || identifier.ChildValue("value") is not { } value || !ResidentId.TryParse(value, allowOldForm: true, out var resident))
        {
            return;
        }

        var registered = resident.BirthDate.ToString("yyyy-MM-dd");
        if (born is not null && !registered.StartsWith(born, StringComparison.Ordinal))
            walk.Report(identifier.Child("value"), IssueSeverity.Warning, "business-rule", ValueMessages.ResidentIdDate, registered, born);
        if (patient.ChildValue("gender") is { } gender and ("male" or "female") && gender != resident.Gender)
            walk.Report(identifier.Child("value"), IssueSeverity.Information, "business-rule", ValueMessages.ResidentIdGender, resident.Gender, gender);
    }

    // Compared as far as both are known, at most to the day.
    private static bool IsBefore(string left, string right)
    {
        var length = Math.Min(Math.Min(left.Length, right.Length), 10);
        return string.CompareOrdinal(left, 0, right, 0, length) < 0;
    }
}
