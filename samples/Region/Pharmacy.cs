// Drugs, and how each hospital codes them for itself.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>A drug in the form and strength that the region's pharmacies have.</summary>
/// <param name="Atc">The ATC code of its substance; null for Chinese patent medicines, which ATC does not have.</param>
/// <param name="AtcName">ATC's name.</param>
/// <param name="Name">Name, form and strength in Chinese.</param>
/// <param name="Dose">Amount of one dose.</param>
/// <param name="Unit">UCUM unit of the dose.</param>
/// <param name="Shown">The unit in Chinese.</param>
/// <param name="TimesADay">Doses a day.</param>
/// <param name="Route">A code of <c>medication-route</c>.</param>
/// <param name="Price">Price of a day.</param>
internal sealed record Drug(string? Atc, string? AtcName, string Name, decimal Dose, string Unit, string Shown, int TimesADay, string Route, decimal Price)
{
    /// <summary>Its number in <see cref="Pharmacy.Drugs"/>.</summary>
    public int Index { get; init; }

    /// <summary>What a child gets for each kilogram, up to <see cref="Dose"/>; null if age makes no difference.</summary>
    public decimal? DosePerKilogram { get; init; }

    /// <summary>Name of the form that children get instead; empty if they don't get the drug at all.</summary>
    public string? ChildrenGet { get; init; }
}

/// <summary>The drugs of the region.</summary>
internal static class Pharmacy
{
    /// <summary>All drugs.</summary>
    public static IReadOnlyList<Drug> Drugs { get; } = Number(
    [
        new("C08CA01", "amlodipine", "苯磺酸氨氯地平片5mg", 5m, "mg", "毫克", 1, "oral", 0.6m),
        new("C09CA03", "valsartan", "缬沙坦胶囊80mg", 80m, "mg", "毫克", 1, "oral", 1.1m),
        new("C07AB02", "metoprolol", "琥珀酸美托洛尔缓释片47.5mg", 47.5m, "mg", "毫克", 1, "oral", 1.4m),
        new("C03CA01", "furosemide", "呋塞米片20mg", 20m, "mg", "毫克", 1, "oral", 0.2m),
        new("A10BA02", "metformin", "盐酸二甲双胍片0.5g", 0.5m, "g", "克", 2, "oral", 0.5m),
        new("A10BB12", "glimepiride", "格列美脲片2mg", 2m, "mg", "毫克", 1, "oral", 1.2m),
        new("A10AE04", "insulin glargine", "甘精胰岛素注射液3ml:300单位", 14m, "[iU]", "单位", 1, "subcutaneous", 4.8m),
        new("C10AA05", "atorvastatin", "阿托伐他汀钙片20mg", 20m, "mg", "毫克", 1, "oral", 0.9m),
        new("B01AC06", "acetylsalicylic acid", "阿司匹林肠溶片100mg", 100m, "mg", "毫克", 1, "oral", 0.3m),
        new("B01AC04", "clopidogrel", "硫酸氢氯吡格雷片75mg", 75m, "mg", "毫克", 1, "oral", 2.6m),
        new("R03AC02", "salbutamol", "硫酸沙丁胺醇吸入气雾剂100μg", 200m, "ug", "微克", 3, "inhalation", 0.9m),
        new("R03AK07", "formoterol and budesonide", "布地奈德福莫特罗粉吸入剂160μg/4.5μg", 1m, "{inhalation}", "吸", 2, "inhalation", 5.1m),
        new("R03BB04", "tiotropium bromide", "噻托溴铵粉吸入剂18μg", 18m, "ug", "微克", 1, "inhalation", 6.2m),
        new("J01CA04", "amoxicillin", "阿莫西林胶囊0.5g", 0.5m, "g", "克", 3, "oral", 1.5m) { ChildrenGet = "阿莫西林颗粒" },
        new("J01DC02", "cefuroxime", "注射用头孢呋辛钠0.75g", 1.5m, "g", "克", 2, "intravenous-infusion", 12.4m),
        new("J01DD04", "ceftriaxone", "注射用头孢曲松钠1g", 2m, "g", "克", 1, "intravenous-infusion", 9.8m) { DosePerKilogram = 0.05m },
        new("J01MA12", "levofloxacin", "左氧氟沙星片0.5g", 0.5m, "g", "克", 1, "oral", 2.2m),
        new("N02BE01", "paracetamol", "对乙酰氨基酚片0.5g", 0.5m, "g", "克", 3, "oral", 0.4m) { ChildrenGet = "对乙酰氨基酚混悬液" },
        new("M01AE01", "ibuprofen", "布洛芬缓释胶囊0.3g", 0.3m, "g", "克", 2, "oral", 0.8m) { ChildrenGet = "布洛芬混悬液" },
        new("A02BC01", "omeprazole", "奥美拉唑肠溶胶囊20mg", 20m, "mg", "毫克", 1, "oral", 0.7m),
        new("A07BC05", "diosmectite", "蒙脱石散3g", 3m, "g", "克", 3, "oral", 2.1m) { DosePerKilogram = 0.15m },
        new("H03AA01", "levothyroxine sodium", "左甲状腺素钠片50μg", 50m, "ug", "微克", 1, "oral", 0.6m),
        new("B03BB01", "folic acid", "叶酸片0.4mg", 0.4m, "mg", "毫克", 1, "oral", 0.1m),
        new("B03AA07", "ferrous sulfate", "硫酸亚铁片0.3g", 0.3m, "g", "克", 3, "oral", 0.3m),
        new("J05AF10", "entecavir", "恩替卡韦片0.5mg", 0.5m, "mg", "毫克", 1, "oral", 1.8m),
        new("A12AX", "calcium, combinations with vitamin D and/or other drugs", "碳酸钙D3片600mg", 600m, "mg", "毫克", 1, "oral", 1.0m),
        new(null, null, "复方丹参滴丸27mg", 270m, "mg", "毫克", 3, "oral", 2.9m),
        new(null, null, "连花清瘟胶囊0.35g", 1.4m, "g", "克", 3, "oral", 4.0m) { ChildrenGet = "" },
        new("N02BE01", "paracetamol", "对乙酰氨基酚混悬液100ml:3.2g", 480m, "mg", "毫克", 3, "oral", 1.6m) { DosePerKilogram = 10m },
        new("M01AE01", "ibuprofen", "布洛芬混悬液100ml:2g", 300m, "mg", "毫克", 3, "oral", 1.9m) { DosePerKilogram = 8m },
        new("J01CA04", "amoxicillin", "阿莫西林颗粒0.125g", 500m, "mg", "毫克", 3, "oral", 1.8m) { DosePerKilogram = 10m },
    ]);

    /// <summary>The drug of an ATC code, or of the first characters of its name.</summary>
    public static Drug Find(string key) =>
        Drugs.FirstOrDefault(drug => drug.Atc == key) ?? Drugs.First(drug => drug.Name.StartsWith(key, StringComparison.Ordinal));

    /// <summary>The drug as somebody of that age gets it; null if it is not for children.</summary>
    public static Drug? For(Drug drug, int age)
    {
        if (age >= 14)
            return drug;
        if (drug.ChildrenGet is "")
            return null;
        var form = drug.ChildrenGet is { } name ? Find(name) : drug;

        // A child of a year weighs 10 kg, and 2 kg more for each year; doses are rounded to what can be measured out.
        var weight = (age * 2) + 8;
        if (form.DosePerKilogram is not { } perKilogram)
            return form;
        var dose = form.Unit == "g" ? Math.Round(perKilogram * weight, 1) : Math.Round(perKilogram * weight / 10m) * 10m;
        return form with { Dose = Math.Min(form.Dose, dose) };
    }

    /// <summary>The code of a drug at a hospital.</summary>
    public static string CodeAt(Institution hospital, Drug drug) => ((int)hospital.Tier + hospital.Index) % 2 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"YP{drug.Index + 1:0000}")
        : string.Create(CultureInfo.InvariantCulture, $"86{(drug.Index * 37) + 10001:00000}");

    /// <summary>The hospital's own code system.</summary>
    public static string SystemOf(Institution hospital) => $"https://yunling.example/CodeSystem/{hospital.Id}-drugs";

    private static Drug[] Number(Drug[] drugs) => [.. drugs.Select(static (drug, index) => drug with { Index = index })];
}
