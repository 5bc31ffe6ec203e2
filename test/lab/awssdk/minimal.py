"""Check the Pod Identity associations of example/minimal."""


def test_pod_identity(aws):
    name = aws.cluster_name
    listed = aws.eks.list_pod_identity_associations(clusterName=name)["associations"]
    roles = {
        (a["namespace"], a["serviceAccount"]): aws.eks.describe_pod_identity_association(clusterName=name, associationId=a["associationId"])["association"]["roleArn"]
        for a in listed
    }
    prefix = f"arn:aws:iam::{aws.id}:role/{name}-{aws.region}-"
    assert roles == {
        ("kube-system", "aws-node"): prefix + "vpc-cni",
        ("kube-system", "ebs-csi-controller-sa"): prefix + "ebs-csi",
        ("kube-system", "karpenter"): prefix + "karpenter",
    }
    for role in roles.values():
        (statement,) = aws.trusts(role.split("/")[1])
        assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
        assert sorted(statement["Action"]) == ["sts:AssumeRole", "sts:TagSession"]


def test_owners_of_associations(aws):
    owners = {
        a["serviceAccount"]: a.get("ownerArn", "").split("/")[2:3]
        for a in aws.eks.list_pod_identity_associations(clusterName=aws.cluster_name)["associations"]
    }
    assert owners == {"aws-node": ["vpc-cni"], "ebs-csi-controller-sa": ["aws-ebs-csi-driver"], "karpenter": []}
