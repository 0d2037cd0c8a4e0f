// The rules of whole resources that no profile can say, by resource type.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    /// <summary>Checks a resource for itself, called once for the validated one, each contained one and each of a Bundle's entries.</summary>
    private void CheckResource(ElementNode resource)
    {
        ContainedRules.Check(this, resource);
        if (resource.Type.IsCanonical)
            CanonicalRules.Check(this, resource);
        switch (resource.Type.Name)
        {
            case "Bundle":
                BundleRules.Check(this, resource);
                break;
            case "CapabilityStatement":
                CanonicalRules.CheckCapabilityStatement(this, resource);
                break;
            case "CodeSystem":
                TerminologyRules.CheckCodeSystem(this, resource);
                break;
            case "ConceptMap":
                TerminologyRules.CheckConceptMap(this, resource);
                break;
            case "OperationDefinition":
                CanonicalRules.CheckOperationDefinition(this, resource);
                break;
            case "Patient":
                PatientRules.Check(this, resource);
                break;
            case "Questionnaire":
                QuestionnaireRules.Check(this, resource);
                break;
            case "QuestionnaireResponse":
                QuestionnaireResponseRules.Check(this, resource);
                break;
            case "SearchParameter":
                CanonicalRules.CheckSearchParameter(this, resource);
                break;
            case "StructureDefinition":
                CanonicalRules.CheckStructureDefinition(this, resource);
                break;
            case "ValueSet":
                TerminologyRules.CheckValueSet(this, resource);
                break;
        }
    }
}
