// Laboratory tests, and how each hospital codes them for itself.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>A test.</summary>
/// <param name="Key">Short name, which the tables of problems use and some hospitals code by.</param>
/// <param name="Name">Its name in Chinese.</param>
/// <param name="Loinc">The LOINC code.</param>
/// <param name="LoincName">LOINC's name.</param>
/// <param name="Unit">UCUM unit; null for a test that is positive or negative.</param>
/// <param name="Low">Lower end of what is normal.</param>
/// <param name="High">Upper end.</param>
/// <param name="Group">The report that it belongs to.</param>
internal sealed record LaboratoryTest(string Key, string Name, string Loinc, string LoincName, string? Unit, decimal Low, decimal High, string Group)
{
    /// <summary>Its number in <see cref="Laboratory.Tests"/>.</summary>
    public int Index { get; init; }
}

/// <summary>The tests of the region.</summary>
internal static class Laboratory
{
    /// <summary>All tests. Serum or plasma where nothing else is said.</summary>
    public static IReadOnlyList<LaboratoryTest> Tests { get; } = Number(
    [
        new("WBC", "白细胞计数", "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*9/L", 3.5m, 9.5m, "血常规"),
        new("RBC", "红细胞计数", "789-8", "Erythrocytes [#/volume] in Blood by Automated count", "10*12/L", 3.8m, 5.8m, "血常规"),
        new("HGB", "血红蛋白", "718-7", "Hemoglobin [Mass/volume] in Blood", "g/L", 115m, 175m, "血常规"),
        new("PLT", "血小板计数", "777-3", "Platelets [#/volume] in Blood by Automated count", "10*9/L", 125m, 350m, "血常规"),
        new("FBG", "空腹血糖", "14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma", "mmol/L", 3.9m, 6.1m, "生化"),
        new("HBA1C", "糖化血红蛋白", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 4.0m, 6.0m, "生化"),
        new("CHOL", "总胆固醇", "14647-2", "Cholesterol [Moles/volume] in Serum or Plasma", "mmol/L", 3.0m, 5.2m, "生化"),
        new("TG", "甘油三酯", "14927-8", "Triglyceride [Moles/volume] in Serum or Plasma", "mmol/L", 0.5m, 1.7m, "生化"),
        new("HDL", "高密度脂蛋白胆固醇", "14646-4", "Cholesterol in HDL [Moles/volume] in Serum or Plasma", "mmol/L", 1.0m, 1.9m, "生化"),
        new("LDL", "低密度脂蛋白胆固醇", "22748-8", "Cholesterol in LDL [Moles/volume] in Serum or Plasma", "mmol/L", 1.8m, 3.4m, "生化"),
        new("CREA", "肌酐", "14682-9", "Creatinine [Moles/volume] in Serum or Plasma", "umol/L", 44m, 104m, "生化"),
        new("UREA", "尿素", "22664-7", "Urea [Moles/volume] in Serum or Plasma", "mmol/L", 2.6m, 8.0m, "生化"),
        new("UA", "尿酸", "14933-6", "Urate [Moles/volume] in Serum or Plasma", "umol/L", 155m, 428m, "生化"),
        new("ALT", "丙氨酸氨基转移酶", "1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 7m, 50m, "生化"),
        new("AST", "天门冬氨酸氨基转移酶", "1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 13m, 40m, "生化"),
        new("TBIL", "总胆红素", "14631-6", "Bilirubin.total [Moles/volume] in Serum or Plasma", "umol/L", 3.4m, 23.0m, "生化"),
        new("ALB", "白蛋白", "1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/L", 40m, 55m, "生化"),
        new("K", "钾", "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3.5m, 5.3m, "生化"),
        new("NA", "钠", "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 137m, 147m, "生化"),
        new("CL", "氯", "2075-0", "Chloride [Moles/volume] in Serum or Plasma", "mmol/L", 99m, 110m, "生化"),
        new("CRP", "C反应蛋白", "1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "mg/L", 0.1m, 8.0m, "免疫"),
        new("PCT", "降钙素原", "33959-8", "Procalcitonin [Mass/volume] in Serum or Plasma", "ng/mL", 0.01m, 0.05m, "免疫"),
        new("INR", "国际标准化比值", "6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 0.80m, 1.20m, "凝血"),
        new("DD", "D-二聚体", "48065-7", "Fibrin D-dimer FEU [Mass/volume] in Platelet poor plasma", "mg/L", 0.05m, 0.50m, "凝血"),
        new("TNI", "肌钙蛋白I", "10839-9", "Troponin I.cardiac [Mass/volume] in Serum or Plasma", "ng/mL", 0.01m, 0.04m, "心肌标志物"),
        new("BNP", "N末端B型利钠肽原", "33762-6", "Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma", "pg/mL", 5m, 125m, "心肌标志物"),
        new("TSH", "促甲状腺激素", "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 0.35m, 4.94m, "免疫"),
        new("FT4", "游离甲状腺素", "14920-3", "Thyroxine (T4) free [Moles/volume] in Serum or Plasma", "pmol/L", 9.0m, 19.0m, "免疫"),
        new("PO2", "动脉血氧分压", "2703-7", "Oxygen [Partial pressure] in Arterial blood", "mm[Hg]", 80m, 100m, "血气分析"),
        new("PCO2", "动脉血二氧化碳分压", "2019-8", "Carbon dioxide [Partial pressure] in Arterial blood", "mm[Hg]", 35m, 45m, "血气分析"),
        new("HBSAG", "乙型肝炎表面抗原", "5195-3", "Hepatitis B virus surface Ag [Presence] in Serum", null, 0m, 0m, "免疫"),
        new("UPRO", "尿蛋白", "20454-5", "Protein [Presence] in Urine by Test strip", null, 0m, 0m, "尿常规"),
    ]);

    /// <summary>The test of a key.</summary>
    public static LaboratoryTest Find(string key) => Tests.First(test => test.Key == key);

    /// <summary>The code of a test at a hospital: three vendors of laboratory systems share the region.</summary>
    public static string CodeAt(Institution hospital, LaboratoryTest test) => Vendor(hospital) switch
    {
        0 => test.Key,
        1 => string.Create(CultureInfo.InvariantCulture, $"L{test.Index + 1001}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"25{test.Index / 10:00}{test.Index % 10:000}"),
    };

    /// <summary>The name of a test at a hospital.</summary>
    public static string NameAt(Institution hospital, LaboratoryTest test) => Vendor(hospital) == 1 ? $"{test.Name}测定" : test.Name;

    /// <summary>The hospital's own code system.</summary>
    public static string SystemOf(Institution hospital) => $"https://yunling.example/CodeSystem/{hospital.Id}-laboratory";

    private static int Vendor(Institution hospital) => ((int)hospital.Tier + hospital.Index) % 3;

    private static LaboratoryTest[] Number(LaboratoryTest[] tests) => [.. tests.Select(static (test, index) => test with { Index = index })];
}
