// What kinds and states of encounters are called.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Names of the codes by which users tell encounters apart.</summary>
internal static class EncounterWords
{
    private static readonly Dictionary<string, Label> s_classes = new(StringComparer.Ordinal)
    {
        ["AMB"] = new("ambulatory", "门诊"),
        ["EMER"] = new("emergency", "急诊"),
        ["FLD"] = new("field", "现场"),
        ["HH"] = new("home health", "居家"),
        ["IMP"] = new("inpatient", "住院"),
        ["ACUTE"] = new("inpatient acute", "急性期住院"),
        ["NONAC"] = new("inpatient non-acute", "非急性期住院"),
        ["OBSENC"] = new("observation", "留院观察"),
        ["PRENC"] = new("pre-admission", "入院前"),
        ["SS"] = new("short stay", "短期住院"),
        ["VR"] = new("virtual", "远程"),
    };

    private static readonly Dictionary<string, Label> s_states = new(StringComparer.Ordinal)
    {
        ["planned"] = new("planned", "已计划"),
        ["arrived"] = new("arrived", "已到达"),
        ["triaged"] = new("triaged", "已分诊"),
        ["in-progress"] = new("in progress", "进行中"),
        ["onleave"] = new("on leave", "暂时离院"),
        ["finished"] = new("finished", "已结束"),
        ["cancelled"] = new("cancelled", "已取消"),
        ["entered-in-error"] = new("entered in error", "录入有误"),
        ["unknown"] = new("unknown", "未知"),
    };

    /// <summary>The name of an <c>Encounter.class</c> (R4 v3/ActEncounterCode); null for other codes.</summary>
    public static Label? Class(string code) => s_classes.GetValueOrDefault(code);

    /// <summary>The name of an <c>Encounter.status</c> (R4 encounter-status); null for other codes.</summary>
    public static Label? Status(string code) => s_states.GetValueOrDefault(code);
}
