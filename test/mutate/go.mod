module github.com/seafarer-cloud/function-seafarer-cluster/test/mutate

go 1.26.7
