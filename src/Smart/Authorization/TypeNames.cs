// Names of resource types as people say them.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>What resource types are called on pages.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<string, Label> s_names = new(StringComparer.Ordinal)
    {
        ["Account"] = new("Accounts of charges", "费用账户"),
        ["AllergyIntolerance"] = new("Allergies and intolerances", "过敏与不耐受"),
        ["Appointment"] = new("Appointments", "预约"),
        ["AuditEvent"] = new("Audit records", "审计记录"),
        ["Basic"] = new("Other records", "其他记录"),
        ["Binary"] = new("Files", "文件"),
        ["CarePlan"] = new("Care plans", "照护计划"),
        ["CareTeam"] = new("Care teams", "照护团队"),
        ["Claim"] = new("Claims", "理赔申请"),
        ["Communication"] = new("Messages", "沟通记录"),
        ["Composition"] = new("Clinical documents", "临床文书"),
        ["Condition"] = new("Conditions and diagnoses", "病情与诊断"),
        ["Consent"] = new("Consents", "知情同意"),
        ["Coverage"] = new("Insurance coverage", "医疗保险"),
        ["Device"] = new("Devices and implants", "器械与植入物"),
        ["DeviceRequest"] = new("Device orders", "器械申请"),
        ["DiagnosticReport"] = new("Reports of tests", "检查检验报告"),
        ["DocumentReference"] = new("Documents", "文档"),
        ["Encounter"] = new("Visits and stays", "就诊与住院"),
        ["Endpoint"] = new("Technical addresses", "技术接口地址"),
        ["EpisodeOfCare"] = new("Episodes of care", "照护阶段"),
        ["ExplanationOfBenefit"] = new("Settled claims", "理赔结算"),
        ["FamilyMemberHistory"] = new("Family history", "家族史"),
        ["Flag"] = new("Warnings", "警示"),
        ["Goal"] = new("Goals of care", "照护目标"),
        ["Group"] = new("Groups of patients", "患者群组"),
        ["HealthcareService"] = new("Services of institutions", "医疗服务项目"),
        ["ImagingStudy"] = new("Images", "影像"),
        ["Immunization"] = new("Vaccinations", "预防接种"),
        ["List"] = new("Lists", "清单"),
        ["Location"] = new("Places", "地点"),
        ["Media"] = new("Photos and recordings", "照片与录音录像"),
        ["Medication"] = new("Medicines", "药品"),
        ["MedicationAdministration"] = new("Medicines given", "给药记录"),
        ["MedicationDispense"] = new("Medicines dispensed", "发药记录"),
        ["MedicationRequest"] = new("Prescriptions", "处方与用药医嘱"),
        ["MedicationStatement"] = new("Medicines taken", "用药史"),
        ["NutritionOrder"] = new("Diet orders", "饮食医嘱"),
        ["Observation"] = new("Observations (measurements and results)", "测量与检验结果"),
        ["Organization"] = new("Institutions", "机构"),
        ["Patient"] = new("Personal details", "患者基本信息"),
        ["Person"] = new("Persons", "人员"),
        ["Practitioner"] = new("Doctors and nurses", "医护人员"),
        ["PractitionerRole"] = new("Posts of doctors and nurses", "医护人员任职"),
        ["Procedure"] = new("Procedures", "手术与操作"),
        ["Provenance"] = new("Where records come from", "记录来源"),
        ["Questionnaire"] = new("Questionnaires", "问卷"),
        ["QuestionnaireResponse"] = new("Answers to questionnaires", "问卷答案"),
        ["RelatedPerson"] = new("Relatives and contacts", "亲属与联系人"),
        ["Schedule"] = new("Schedules", "排班"),
        ["ServiceRequest"] = new("Orders and referrals", "申请与转诊"),
        ["Slot"] = new("Free times", "号源"),
        ["Specimen"] = new("Specimens", "标本"),
        ["Subscription"] = new("Subscriptions", "订阅"),
        ["Task"] = new("Tasks", "任务"),
    };

    /// <summary>The name of a type; its own if it has no other.</summary>
    public static Label Of(string type) => s_names.TryGetValue(type, out var name) ? name : new Label(type, type);
}
