// What the scopes of a token come to, for each level, role and kind of type.

using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.Access;

public class SmartAccessScopeTests
{
    private static readonly Account s_doctor = new() { Id = "doctor", UserName = "doctor", Role = AccountRole.Practitioner, FhirUser = "Practitioner/1", Organization = "Organization/1" };
    private static readonly Account s_patient = new() { Id = "patient", UserName = "patient", Role = AccountRole.Patient, FhirUser = "Patient/a" };
    private static readonly Account s_administrator = new() { Id = "admin", UserName = "admin", Role = AccountRole.Administrator };

    private static SmartAccessScope Of(string scopes, Account? account, string? patient = null) => SmartAccessScope.Of(
        ScopeConstraints.Standard, ScopeSet.Parse(scopes), new Grant { ClientId = "c", AccountId = account?.Id, Scope = scopes, Context = new LaunchContext { Patient = patient } },
        new Client { Id = "c", Name = "c", Organization = "Organization/9" }, account);

    private static string Text(SearchExpression filter) => ExpressionText.LineOf(filter);

    private static bool IsWhole(SmartAccessScope scope, string type, AccessLetter letter) => scope.FilterFor(type, letter) is SearchExpression.All;

    private static bool IsNothing(SmartAccessScope scope, string type, AccessLetter letter) => scope.FilterFor(type, letter) is SearchExpression.None;

    [Fact]
    [Covers(CoversAttribute.Smart, 136, 140, 142, 144)]
    public void Each_level_grants_to_those_whom_it_is_for()
    {
        Assert.True(IsWhole(Of("user/Observation.r", s_doctor), "Observation", AccessLetter.Read));
        Assert.True(IsNothing(Of("user/Observation.r", null), "Observation", AccessLetter.Read));
        Assert.True(IsWhole(Of("system/Observation.r", null), "Observation", AccessLetter.Read));
        Assert.True(IsNothing(Of("system/Observation.r", s_doctor), "Observation", AccessLetter.Read));
        Assert.True(IsNothing(Of("patient/Observation.r", s_doctor), "Observation", AccessLetter.Read));
        Assert.True(IsNothing(Of("patient/Observation.r", null, "a"), "Observation", AccessLetter.Read));
        var limited = Of("patient/Observation.r", s_doctor, "a").FilterFor("Observation", AccessLetter.Read);
        Assert.Equal(new SearchExpression.Parameter(SearchParameterRegistry.R4.Find("Observation", "subject")!, new ReferencePredicate("Patient", "a", null)), limited);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 128, 144)]
    public void Scopes_add_up_and_the_widest_wins()
    {
        var scope = Of("patient/Observation.rs user/Observation.s user/*.r?_tag=x patient/*.read", s_doctor, "a");
        Assert.True(IsWhole(scope, "Observation", AccessLetter.Search));
        Assert.IsType<SearchExpression.Or>(scope.FilterFor("Observation", AccessLetter.Read));
        Assert.True(IsNothing(scope, "Observation", AccessLetter.Update));
        Assert.True(IsNothing(scope, "Observation", AccessLetter.Create));
        Assert.Same(scope.FilterFor("Observation", AccessLetter.Read), scope.FilterFor("Observation", AccessLetter.Read));
        var written = Of("user/Observation.write", s_doctor);
        Assert.True(IsWhole(written, "Observation", AccessLetter.Create) && IsWhole(written, "Observation", AccessLetter.Update) && IsWhole(written, "Observation", AccessLetter.Delete));
        Assert.True(IsNothing(written, "Observation", AccessLetter.Read));
    }

    [Theory]
    [InlineData("Observation", "category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory", true)]
    [InlineData("Observation", "category=laboratory,vital-signs&status=final", true)]
    [InlineData("Observation", "date=ge2020", true)]
    [InlineData("Observation", "_security=http://x|R", true)]
    [InlineData("Observation", "code-value-quantity=8480-6$gt100", true)]
    [InlineData("Observation", "subject=Patient/1", true)]
    [InlineData("*", "_security=http://x|R", true)]
    [InlineData("*", "status=final", false)]
    [InlineData("Observation", "category:in=http://vs", false)]
    [InlineData("Observation", "category:not=x", false)]
    [InlineData("Observation", "subject:missing=true", false)]
    [InlineData("Observation", "subject.name=x", false)]
    [InlineData("Observation", "subject:Patient.name=x", false)]
    [InlineData("Observation", "_has:Provenance:target:agent=x", false)]
    [InlineData("Observation", "_filter=status eq final", false)]
    [InlineData("Observation", "_list=1", false)]
    [InlineData("Observation", "_text=x", false)]
    [InlineData("Observation", "_content=x", false)]
    [InlineData("Observation", "_include=Observation:subject", false)]
    [InlineData("Observation", "_sort=date", false)]
    [InlineData("Observation", "_count=1", false)]
    [InlineData("Observation", "_format=json", false)]
    [InlineData("Observation", "_type=Patient", false)]
    [InlineData("Observation", "category=", false)]
    [InlineData("Observation", "unheard=x", false)]
    [InlineData("Observation", "category=laboratory&unheard=x", false)]
    [InlineData("Observation", "date=yesterday", false)]
    public void A_constraint_that_is_not_understood_whole_grants_nothing(string type, string constraint, bool isUnderstood)
    {
        Assert.True(SmartScope.TryParse($"user/{type}.rs?{constraint}", out var scope));
        Assert.Equal(isUnderstood, ScopeConstraints.Standard.IsUnderstood(scope));
        var filter = Of($"user/{type}.rs?{constraint}", s_doctor).FilterFor("Observation", AccessLetter.Read);
        if (type == "Observation")
            Assert.Equal(isUnderstood, filter is not SearchExpression.None);
        Assert.IsNotType<SearchExpression.All>(filter);
    }

    [Fact]
    public void A_constraint_that_is_too_long_grants_nothing()
    {
        var scope = Of($"user/Observation.rs?category={new string('x', 3000)}", s_doctor);
        Assert.True(IsNothing(scope, "Observation", AccessLetter.Read));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 119)]
    public void Roles_bound_what_scopes_grant()
    {
        var doctor = Of("user/*.cruds", s_doctor);
        Assert.True(IsWhole(doctor, "Observation", AccessLetter.Create));
        Assert.True(IsWhole(doctor, "Patient", AccessLetter.Update));
        Assert.True(IsWhole(doctor, "Medication", AccessLetter.Create));
        Assert.True(IsWhole(doctor, "Slot", AccessLetter.Update));
        foreach (var type in new[] { "Organization", "PractitionerRole", "StructureDefinition", "SearchParameter", "CodeSystem", "ValueSet", "ConceptMap", "AuditEvent", "Subscription" })
        {
            Assert.True(IsWhole(doctor, type, AccessLetter.Read), type);
            Assert.True(IsNothing(doctor, type, AccessLetter.Create), type);
            Assert.True(IsNothing(doctor, type, AccessLetter.Update), type);
            Assert.True(IsNothing(doctor, type, AccessLetter.Delete), type);
            Assert.True(IsWhole(Of("user/*.cruds", s_administrator), type, AccessLetter.Delete), type);
            Assert.True(IsWhole(Of("system/*.cruds", null), type, AccessLetter.Delete), type);
        }

        var patient = Of("user/*.cruds", s_patient);
        Assert.Equal(Text(PatientCompartment.Of("Observation", "a", SearchParameterRegistry.R4)), Text(patient.FilterFor("Observation", AccessLetter.Read)));
        Assert.True(IsWhole(patient, "Organization", AccessLetter.Search));
        Assert.True(IsNothing(patient, "Organization", AccessLetter.Update));
        Assert.True(IsNothing(patient, "Medication", AccessLetter.Create));
        Assert.True(IsNothing(patient, "Schedule", AccessLetter.Update));
        Assert.True(IsNothing(Of("user/*.cruds", s_patient with { FhirUser = null }), "Observation", AccessLetter.Read));
        Assert.True(IsNothing(Of("user/*.cruds", s_patient with { FhirUser = "RelatedPerson/1" }), "Observation", AccessLetter.Read));

        // Launched for another patient, a patient sees what is both's, which is nothing.
        Assert.IsType<SearchExpression.And>(Of("patient/*.rs", s_patient, "b").FilterFor("Observation", AccessLetter.Read));
        Assert.IsType<SearchExpression.Parameter>(Of("patient/*.rs", s_patient, "a").FilterFor("Observation", AccessLetter.Read));
    }

    [Fact]
    public void An_account_may_have_a_ceiling_of_its_own()
    {
        var scope = Of("user/*.cruds", s_doctor with { Scopes = "user/Observation.rs user/Patient.rs?_tag=study" });
        Assert.True(IsWhole(scope, "Observation", AccessLetter.Read));
        Assert.True(IsNothing(scope, "Observation", AccessLetter.Create));
        Assert.IsType<SearchExpression.Parameter>(scope.FilterFor("Patient", AccessLetter.Read));
        Assert.True(IsNothing(scope, "Condition", AccessLetter.Read));
        Assert.False(Of("user/*.cruds", s_administrator with { Scopes = "user/*.rs" }).Subject.IsAdministrator);
    }

    [Fact]
    public void Administrators_are_those_who_are_granted_everything()
    {
        Assert.True(Of("user/*.cruds", s_administrator).Subject.IsAdministrator);
        Assert.True(Of("user/*.*", s_administrator).Subject.IsAdministrator);
        Assert.True(Of("system/*.cruds", null).Subject.IsAdministrator);
        Assert.False(Of("user/*.rs", s_administrator).Subject.IsAdministrator);
        Assert.False(Of("user/*.cruds?_tag=x", s_administrator).Subject.IsAdministrator);
        Assert.False(Of("user/Patient.cruds", s_administrator).Subject.IsAdministrator);
        Assert.False(Of("system/*.cruds", s_administrator).Subject.IsAdministrator);
        Assert.False(Of("user/*.cruds", s_doctor).Subject.IsAdministrator);
        Assert.False(Of("patient/*.cruds", s_administrator, "a").Subject.IsAdministrator);
        Assert.False(SmartAccessScope.Nothing.Subject.IsAdministrator);
    }

    [Fact]
    public void A_user_acts_for_the_institution_of_the_account_and_a_service_for_that_of_the_client()
    {
        Assert.Equal("Organization/1", Of("user/*.rs", s_doctor).Subject.Organization);
        Assert.Null(Of("user/*.rs", s_patient).Subject.Organization);
        Assert.Equal("Organization/9", Of("system/*.rs", null).Subject.Organization);
    }

    [Fact]
    public void Every_type_of_the_patient_compartment_of_R4_has_its_rule()
    {
        // Types of which only parameters stand in R4's definition that also find the data of others.
        string[] left = ["AuditEvent", "Group", "Person"];
        string[] further = ["Binary", "Device", "GuidanceResponse", "Task"];
        var own = Model.Schema.R4.ResourceTypes.Select(static type => type.Name)
            .Where(static type => PatientCompartment.Of(type, "a", SearchParameterRegistry.R4) is not SearchExpression.None).Append("Binary").Order(StringComparer.Ordinal);
        var standard = Model.R4Definitions.Compartments["Patient"].Keys.Append("Patient").Distinct();
        Assert.Equal(standard.Except(left).Concat(further).Order(StringComparer.Ordinal), own);

        // A parameter that is kept is one of R4's compartment, where the type has any there.
        foreach (var (type, code) in PatientCompartment.SubjectParameters)
        {
            Assert.NotNull(SearchParameterRegistry.R4.Find(type, code));
            if (Model.R4Definitions.Compartments["Patient"].TryGetValue(type, out var codes))
                Assert.True(codes.Contains(code), $"{type}.{code} is not among {string.Join(' ', codes)}");
        }
    }
}
